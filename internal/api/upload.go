package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

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
	// uploadFactor says how much longer than another body a file may take to arrive.
	uploadFactor = 20
	// uploads is how many bodies with base64 are read at the same time: each takes four times its
	// size of memory.
	uploads = 2
)

// upload stores a file: the body itself, a multipart part, or what a JSON body names.
func (s *Server) upload(c call) (answer, error) {
	if coding := c.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return answer{}, checkMediaType(c.Header)
	}
	control := http.NewResponseController(c.w)
	// A writer without deadlines has no slow clients.
	_ = control.SetReadDeadline(s.Now().Add(uploadFactor * s.BodyWait))
	given, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		given = ""
	}
	var m message.Media
	switch {
	case given == "multipart/form-data":
		m, err = s.uploadForm(c)
	case given == "application/json" || given == "text/json":
		m, err = s.uploadJSON(c)
	default:
		m, err = s.uploadRaw(c)
	}
	if err != nil {
		return answer{}, err // the deadline stays: the server reads on before it answers
	}
	_ = control.SetReadDeadline(time.Time{})
	return asJSON(whapi.EncodeUploaded(m))
}

// uploadRaw stores the body. Its name is that of the header Content-Disposition or of the query.
func (s *Server) uploadRaw(c call) (message.Media, error) {
	o := media.PutOptions{
		MimeType: c.Header.Get("Content-Type"), FileName: c.URL.Query().Get("filename"),
		NoEncode: c.URL.Query().Get("no_encode") == "true",
	}
	if _, params, err := mime.ParseMediaType(c.Header.Get("Content-Disposition")); err == nil && o.FileName == "" {
		o.FileName = params["filename"]
	}
	return s.put(c, &bodyReader{r: http.MaxBytesReader(c.w, c.Body, maxFile)}, o)
}

func (s *Server) put(c call, r *bodyReader, o media.PutOptions) (message.Media, error) {
	m, err := s.Media.Put(c.Context(), c.channel, r, o)
	if err != nil && r.err != nil {
		return m, fileFault(r.err)
	}
	return m, err
}

// bodyReader remembers that the body broke off: the fault is the caller's then, not that of our disk.
type bodyReader struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// fileFault is bodyFault for a body that holds a file.
func fileFault(err error) error {
	f := fault.Of(bodyFault(err))
	if f.Kind == fault.TooLarge {
		f.Next = "a file may have 100 MiB"
	}
	return f
}

// uploadJSON stores what the body names. A body of base64 is read into memory, and few at a time.
func (s *Server) uploadJSON(c call) (message.Media, error) {
	if err := checkMediaType(c.Header); err != nil {
		return message.Media{}, err
	}
	if c.ContentLength < 0 || c.ContentLength > maxBody {
		select {
		case s.heavy <- struct{}{}:
			defer func() { <-s.heavy }()
		case <-c.Context().Done():
			return message.Media{}, c.Context().Err()
		}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, whapi.MaxUpload))
	if err != nil {
		f := fault.Of(bodyFault(err))
		if f.Kind == fault.TooLarge {
			f.Next = "a file in base64 may have 100 MiB; send a larger one as the body itself"
		}
		return message.Media{}, f
	}
	src, err := whapi.DecodeUpload(raw)
	if err != nil {
		return message.Media{}, err
	}
	return s.Media.Obtain(c.Context(), c.channel, "", src)
}

// uploadForm stores the part media of a form: a file, or a text such as a URL.
func (s *Server) uploadForm(c call) (message.Media, error) {
	c.Body = http.MaxBytesReader(c.w, c.Body, maxFile)
	if err := c.ParseMultipartForm(inMemory); err != nil {
		if _, isPath := errors.AsType[*os.PathError](err); isPath {
			return message.Media{}, err // our disk
		}
		return message.Media{}, fileFault(err)
	}
	defer func() { _ = c.MultipartForm.RemoveAll() }()
	o := media.PutOptions{
		MimeType: c.formValue("mime_type"), FileName: c.formValue("filename"), NoEncode: c.formValue("no_encode") == "true",
	}
	for _, name := range []string{"media", "file"} {
		if parts := c.MultipartForm.File[name]; len(parts) > 0 {
			return s.uploadPart(c, parts[0], o)
		}
	}
	if text := c.formValue("media"); text != "" {
		return s.uploadText(c.Context(), c, text, o)
	}
	var wrong fault.Problems
	wrong.Add("", "must have a part 'media'")
	return message.Media{}, wrong.Err()
}

func (c call) formValue(name string) string {
	if values := c.MultipartForm.Value[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (s *Server) uploadPart(c call, part *multipart.FileHeader, o media.PutOptions) (message.Media, error) {
	f, err := part.Open()
	if err != nil {
		return message.Media{}, err
	}
	defer f.Close()
	if o.MimeType == "" {
		o.MimeType = part.Header.Get("Content-Type")
	}
	if o.FileName == "" {
		o.FileName = part.Filename
	}
	return s.Media.Put(c.Context(), c.channel, f, o)
}

func (s *Server) uploadText(ctx context.Context, c call, text string, o media.PutOptions) (message.Media, error) {
	src, err := whapi.ParseSource(text)
	if err != nil {
		var wrong fault.Problems
		wrong.Add("/media", "%v", err)
		return message.Media{}, wrong.Err()
	}
	if o.MimeType != "" {
		src.MimeType = o.MimeType
	}
	if o.FileName != "" {
		src.FileName = o.FileName
	}
	src.NoEncode = o.NoEncode
	return s.Media.Obtain(ctx, c.channel, "", src)
}
