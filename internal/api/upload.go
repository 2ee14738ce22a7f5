package api

import (
	"mime"
	"net/http"

	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

// upload stores a file: the body itself, a multipart part, or what a JSON body names.
func (s *Server) upload(c call) (answer, error) {
	given, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		given = ""
	}
	var m message.Media
	switch given {
	case "multipart/form-data", "application/json", "text/json":
		m, err = s.uploadNamed(c)
	default:
		m, err = s.uploadRaw(c)
	}
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeUploaded(m))
}

// uploadRaw stores the body. Its name is that of the header Content-Disposition or of the query.
func (s *Server) uploadRaw(c call) (message.Media, error) {
	if err := checkCoding(c.Header); err != nil {
		return message.Media{}, err
	}
	if c.ContentLength > maxFile {
		return message.Media{}, tooLarge(nil, maxFile)
	}
	o := media.PutOptions{
		MimeType: c.Header.Get("Content-Type"), FileName: c.URL.Query().Get("filename"),
		NoEncode: c.URL.Query().Get("no_encode") == "true", OrDocument: true,
	}
	if _, params, err := mime.ParseMediaType(c.Header.Get("Content-Disposition")); err == nil && o.FileName == "" {
		o.FileName = params["filename"]
	}
	c.allow(uploadFactor * s.BodyWait)
	r := &bodyReader{r: http.MaxBytesReader(c.w, c.Body, maxFile)}
	m, err := s.Media.Put(c.Context(), c.channel, r, o)
	switch {
	case err != nil && r.err != nil:
		return m, bodyFault(r.err, maxFile)
	case err == nil:
		c.allow(0)
	}
	return m, err
}

// uploadNamed stores what a JSON body or a form names or holds.
func (s *Server) uploadNamed(c call) (message.Media, error) {
	in, err := c.read(whapi.MaxUpload)
	if err != nil {
		return message.Media{}, err
	}
	defer in.close()
	src, err := whapi.DecodeUpload(in.Body())
	if err != nil {
		return message.Media{}, err
	}
	src.OrDocument = true
	if in.form != nil && in.form.file != nil {
		return in.form.put(c, src)
	}
	return s.Media.Obtain(c.Context(), c.channel, "", src)
}
