package media

import (
	"context"
	"errors"
	"os"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Obtain brings the file of an outgoing message into the store and returns what the message says of
// it, without the caption. The source's form decides how: a URL is fetched, unless it was a moment
// ago; data is stored; an id names a file that is there, which is changed into another file if it does
// not suit. as says how the file is to be shown; "" takes it for what it is.
//
// The errors are faults: NotFound, TooLarge (with the limit), Unsupported (with what is accepted), and
// Invalid with the path /media, or /preview.
func (s *Service) Obtain(ctx context.Context, ch id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error) {
	m, err := s.obtain(ctx, ch, as, src)
	if err != nil {
		return message.Media{}, err
	}
	if m.Width == 0 || m.Height == 0 {
		m.Width, m.Height = max(src.Width, 0), max(src.Height, 0)
	}
	if src.FileName != "" {
		m.FileName = cleanName(src.FileName, form{kind: message.Document})
	}
	if len(src.Preview) > 0 {
		if m.Thumbnail, err = s.preview(ctx, src.Preview); err != nil {
			return message.Media{}, err
		}
	}
	return m, nil
}

func (s *Service) obtain(ctx context.Context, ch id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error) {
	in := intake{as: as, name: src.FileName, mimeType: src.MimeType, noEncode: src.NoEncode, orDocument: src.OrDocument, id: id.NewMedia}
	switch {
	case src.ID != "":
		return s.reuse(ctx, ch, src.ID, in)
	case src.URL != "":
		return s.fetched(ctx, ch, src, in)
	case len(src.Data) > 0:
		d, err := s.take(src.Data, as)
		if err != nil {
			return message.Media{}, err
		}
		defer d.discard()
		return s.bring(ctx, ch, d, in)
	}
	return message.Media{}, invalid("must NOT be empty")
}

// reuse returns a file that is there. One that has to be changed to be shown as asked for becomes
// another file.
func (s *Service) reuse(ctx context.Context, ch id.Channel, mediaID string, in intake) (message.Media, error) {
	row, err := s.row(ctx, ch, mediaID)
	if err != nil {
		return message.Media{}, err
	}
	file, err := s.shelf.open(row.Media.SHA256)
	if errors.Is(err, os.ErrNotExist) {
		return message.Media{}, notFound()
	}
	if err != nil {
		return message.Media{}, err
	}
	defer file.Close()
	if in.name == "" {
		in.name = row.Media.FileName
	}
	if in.mimeType == "" {
		in.mimeType = row.Media.MimeType
	}
	x, err := s.examine(&draft{file: file, size: row.Media.Size, digest: row.Media.SHA256}, in)
	if err != nil {
		return message.Media{}, err
	}
	if err := s.accept(x); err != nil {
		return message.Media{}, err
	}
	if to, mustHave := x.target(); in.noEncode || to == "" || !mustHave && s.Encoder == nil {
		row.Media.As = x.kind
		return row.Media, nil
	}
	d, err := s.shelf.write(file, x.size)
	if err != nil {
		return message.Media{}, err
	}
	defer d.discard()
	return s.bring(ctx, ch, d, in)
}
