package api

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"slices"

	"tapgate/internal/fault"
	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

const (
	// maxFile is the size of the longest file, as a body of its own or as a part, in bytes. It is a
	// little more than what the media store takes, which then says what its limit is.
	maxFile = 101 << 20
	// inMemory is how much of a multipart body is kept in memory; the rest is put on the disk.
	inMemory = 256 << 10
)

// form is a multipart body that has arrived.
type form struct {
	texts whapi.Form
	file  *multipart.FileHeader // the part media; nil when it is a text, or absent
}

// readForm reads a multipart body. Its file may be as long as files may be where the request may hold
// one at all.
func (c call) readForm(limit int64) (*payload, error) {
	if limit > maxBody {
		limit = maxFile
	}
	if c.ContentLength > limit {
		return nil, tooLarge(nil, limit)
	}
	c.allow(uploadFactor * c.server.BodyWait)
	whole := c.Request.Body
	defer func() { c.Request.Body = whole }()
	c.Request.Body = http.MaxBytesReader(c.w, whole, limit)
	if err := c.ParseMultipartForm(inMemory); err != nil {
		return nil, formFault(err, limit)
	}
	c.allow(0)
	parts := c.MultipartForm
	p := &payload{form: &form{texts: whapi.Form{Texts: map[string]string{}}}, release: func() { _ = parts.RemoveAll() }}
	if err := p.form.fill(parts); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func formFault(err error, limit int64) error {
	if _, isPath := errors.AsType[*os.PathError](err); isPath {
		return err // our disk
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		f := fault.Wrap(fault.TooLarge, err, "Request body too large")
		f.Next = "the texts of a form may have 10 MiB; send a file as a file"
		return f
	}
	return bodyFault(err, limit)
}

// fill takes the parts of a form. What would be left out silently is refused.
func (f *form) fill(parts *multipart.Form) error {
	var wrong fault.Problems
	for _, name := range slices.Sorted(maps.Keys(parts.Value)) {
		values := parts.Value[name]
		if len(values) > 1 {
			wrong.Add("/"+name, "must NOT be there %d times", len(values))
		}
		f.texts.Texts[name] = values[0]
	}
	for _, name := range slices.Sorted(maps.Keys(parts.File)) {
		files := parts.File[name]
		switch {
		case name != "media" && name != "file":
			wrong.Add("/"+name, "must NOT be a file: the part with the file is called media")
		case len(files) > 1 || f.file != nil:
			wrong.Add("/"+name, "must NOT be there twice: a message carries one file")
		default:
			f.file = files[0]
			f.texts.File = &whapi.Part{MimeType: f.file.Header.Get("Content-Type"), FileName: f.file.Filename}
		}
	}
	return wrong.Err()
}

// put stores the file of the form.
func (f *form) put(c call, src message.MediaSource) (message.Media, error) {
	file, err := f.file.Open()
	if err != nil {
		return message.Media{}, err
	}
	defer file.Close()
	return c.server.Media.Put(c.Context(), c.channel, file, media.PutOptions{
		MimeType: src.MimeType, FileName: src.FileName, NoEncode: src.NoEncode, OrDocument: src.OrDocument,
	})
}

// sum writes what a request asks for: the JSON itself, or what the parts of a form hold, whose
// boundaries are others each time.
func (p *payload) sum(h hash.Hash) error {
	if p.form == nil {
		_, _ = h.Write(p.json) // which never fails
		return nil
	}
	texts := p.form.texts.Texts
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(h, "%q %q\n", name, texts[name])
	}
	if p.form.file == nil {
		return nil
	}
	file, err := p.form.file.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	fmt.Fprintf(h, "%q %q\n", p.form.texts.File.FileName, p.form.texts.File.MimeType)
	_, err = io.Copy(h, file)
	return err
}
