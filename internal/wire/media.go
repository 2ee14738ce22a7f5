package wire

import (
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// File names a file of the media store that a message refers to and that is not uploaded yet.
type File struct {
	ID string
	As message.MediaKind
}

// header is the media above the text of a message: nil, or one of image, video, document. It stands
// there without what only an upload yields: keys, hash of the ciphertext, path.
func header(m *message.Media) proto.Message {
	if m == nil {
		return nil
	}
	size, sum := proto.Uint64(uint64(max(m.Size, 0))), m.SHA256
	switch m.As {
	case message.Video:
		return &waE2E.VideoMessage{
			Mimetype: optional(m.MimeType), FileSHA256: sum[:], FileLength: size,
			Width: pixels(m.Width), Height: pixels(m.Height), Seconds: pixels(m.Seconds), JPEGThumbnail: m.Thumbnail,
		}
	case message.Document:
		return &waE2E.DocumentMessage{
			Mimetype: optional(m.MimeType), FileSHA256: sum[:], FileLength: size,
			FileName: optional(m.FileName), Title: optional(m.FileName), JPEGThumbnail: m.Thumbnail,
		}
	}
	return &waE2E.ImageMessage{
		Mimetype: optional(m.MimeType), FileSHA256: sum[:], FileLength: size,
		Width: pixels(m.Width), Height: pixels(m.Height), JPEGThumbnail: m.Thumbnail,
	}
}

// pixels leaves an unknown measure out.
func pixels(n int) *uint32 {
	if n <= 0 {
		return nil
	}
	return proto.Uint32(uint32(n))
}

// filesOf lists the files that a content refers to, in the order in which attachments finds them in
// the message that is built of it. Media that is not in the media store has no place on the wire.
func filesOf(c message.Content) (list []File, err error) {
	_, err = message.EachMedia(c, func(path string, m message.Media) (message.Media, error) {
		if m.ID == "" {
			return m, fmt.Errorf("the file at %s is not in the media store", path)
		}
		list = append(list, File{m.ID, m.As})
		return m, nil
	})
	return list, err
}

// Attachment is a file that has to be uploaded before a message can leave.
type Attachment struct {
	File
	// SHA256 is the digest of the file that the message promises.
	SHA256 []byte

	part proto.Message
}

// Upload is what uploading a file yields.
type Upload struct {
	URL, DirectPath                     string
	MediaKey, FileEncSHA256, FileSHA256 []byte
	FileLength                          uint64
	At                                  time.Time
}

// Attachments returns what has to be uploaded before e can leave. Set changes e's message; when all
// are set, the caller empties e.Files.
func Attachments(e Encoded) ([]Attachment, error) {
	if len(e.Files) == 0 {
		return nil, nil
	}
	parts := attachments(content(e.Message))
	if len(parts) != len(e.Files) {
		return nil, fmt.Errorf("%d media in the message, %d files", len(parts), len(e.Files))
	}
	list := make([]Attachment, len(parts))
	for i, p := range parts {
		list[i] = Attachment{File: e.Files[i], SHA256: p.GetFileSHA256(), part: p}
	}
	return list, nil
}

// Set fills in what the upload yielded.
func (a Attachment) Set(u Upload) {
	at := proto.Int64(u.At.Unix())
	switch m := a.part.(type) {
	case *waE2E.ImageMessage:
		m.URL, m.DirectPath, m.MediaKey, m.MediaKeyTimestamp = &u.URL, &u.DirectPath, u.MediaKey, at
		m.FileEncSHA256, m.FileSHA256, m.FileLength = u.FileEncSHA256, u.FileSHA256, &u.FileLength
	case *waE2E.VideoMessage:
		m.URL, m.DirectPath, m.MediaKey, m.MediaKeyTimestamp = &u.URL, &u.DirectPath, u.MediaKey, at
		m.FileEncSHA256, m.FileSHA256, m.FileLength = u.FileEncSHA256, u.FileSHA256, &u.FileLength
	case *waE2E.DocumentMessage:
		m.URL, m.DirectPath, m.MediaKey, m.MediaKeyTimestamp = &u.URL, &u.DirectPath, u.MediaKey, at
		m.FileEncSHA256, m.FileSHA256, m.FileLength = u.FileEncSHA256, u.FileSHA256, &u.FileLength
	}
}

// part is what all media in a message have in common. The client library downloads by the same
// methods.
type part interface {
	proto.Message
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetFileEncSHA256() []byte
	GetFileLength() uint64
	GetMimetype() string
}

// attachments lists the media of a message with buttons or cards, from top to bottom.
func attachments(m *waE2E.Message) []part {
	var list []part
	add := func(p part) {
		if p != nil {
			list = append(list, p)
		}
	}
	add(legacyMedia(m.GetButtonsMessage()))
	add(flowMedia(m.GetInteractiveMessage().GetHeader()))
	for _, card := range m.GetInteractiveMessage().GetCarouselMessage().GetCards() {
		add(flowMedia(card.GetHeader()))
	}
	return list
}

// legacyMedia returns the media above a ButtonsMessage; nil when there is none.
func legacyMedia(m *waE2E.ButtonsMessage) part {
	return first(m.GetImageMessage(), m.GetVideoMessage(), m.GetDocumentMessage())
}

// flowMedia returns the media in the header of a native flow or a card; nil when there is none.
func flowMedia(h *waE2E.InteractiveMessage_Header) part {
	return first(h.GetImageMessage(), h.GetVideoMessage(), h.GetDocumentMessage())
}

func first(i *waE2E.ImageMessage, v *waE2E.VideoMessage, d *waE2E.DocumentMessage) part {
	switch {
	case i != nil:
		return i
	case v != nil:
		return v
	case d != nil:
		return d
	}
	return nil
}

// content is what a message says, or, when it is an edit, what it says from now on.
func content(m *waE2E.Message) *waE2E.Message {
	m = unwrap(m)
	if edited := m.GetProtocolMessage().GetEditedMessage(); edited != nil {
		return unwrap(edited)
	}
	return m
}
