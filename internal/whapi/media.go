package whapi

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/url"
	"strings"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// errMedia is what is told of a text that is none of the forms of a media string.
var errMedia = errors.New("must be a URL (http or https), a data URI, base64 or a media id")

// ParseSource reads a media string of the dialect: a URL, a data URI such as
// data:image/jpeg;name=x.jpg;base64,..., a media id, or base64, standard or URL-safe, with or
// without padding and with white space anywhere. MimeType and FileName are what a data URI says; the
// caller's own fields go before them. The error's text is what a problem says of the field.
func ParseSource(s string) (message.MediaSource, error) {
	s = strings.TrimSpace(s)
	switch scheme, _, found := strings.Cut(s, ":"); {
	case s == "":
		return message.MediaSource{}, errors.New("must NOT be empty")
	case found && strings.EqualFold(scheme, "data"):
		return parseDataURI(s[len("data:"):])
	case found:
		return parseURL(s)
	}
	if len(s) <= maxMediaID {
		if m, err := id.ParseMedia(s); err == nil {
			return message.MediaSource{ID: string(m)}, nil
		}
	}
	data, err := decodeBase64(s)
	if err != nil {
		return message.MediaSource{}, errMedia
	}
	return message.MediaSource{Data: data}, nil
}

// maxMediaID is longer than any media id, in bytes.
const maxMediaID = 256

// maxURL is the longest URL that is read, in bytes.
const maxURL = 8192

func parseURL(s string) (message.MediaSource, error) {
	if len(s) > maxURL {
		return message.MediaSource{}, errMedia
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return message.MediaSource{}, errMedia
	}
	return message.MediaSource{URL: s}, nil
}

// maxDataHead is the longest part of a data URI before its comma, in bytes.
const maxDataHead = 1024

// parseDataURI reads what follows "data:": a media type with parameters, among them name or filename,
// perhaps ";base64", a comma, and the data.
func parseDataURI(s string) (message.MediaSource, error) {
	head, data, found := strings.Cut(s, ",")
	if !found || len(head) > maxDataHead {
		return message.MediaSource{}, errors.New("must be a data URI with a comma before its data")
	}
	var src message.MediaSource
	var encoded bool
	var kept []string
	for i, part := range strings.Split(head, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case i > 0 && name == "base64":
			encoded = true
		case i > 0 && (name == "name" || name == "filename"):
			src.FileName = unescape(strings.Trim(strings.TrimSpace(value), `"`))
		default:
			kept = append(kept, part)
		}
	}
	src.MimeType = mediaType(strings.Join(kept, ";"))
	if !encoded {
		src.Data = []byte(unescape(data))
		return src, notEmpty(src.Data)
	}
	var err error
	if src.Data, err = decodeBase64(data); err != nil {
		return message.MediaSource{}, errors.New("must be a data URI whose data is base64")
	}
	return src, nil
}

func notEmpty(data []byte) error {
	if len(data) == 0 {
		return errors.New("must NOT be a data URI without data")
	}
	return nil
}

// mediaType tidies a media type; one that can't be read counts as none.
func mediaType(s string) string {
	t, params, err := mime.ParseMediaType(s)
	if err != nil {
		return ""
	}
	return mime.FormatMediaType(t, params)
}

// unescape reads percent escapes; a text with broken ones stays as it is.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// decodeBase64 reads base64 as programs really write it. It makes no copy but the result: s may have
// many megabytes.
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(s, " \t\r\n")
	for range 2 {
		s = strings.TrimSuffix(s, "=")
	}
	dec := base64.NewDecoder(base64.RawStdEncoding, &plainBase64{rest: s})
	data := make([]byte, base64.RawStdEncoding.DecodedLen(len(s)))
	n, err := io.ReadFull(dec, data)
	switch err {
	case nil:
		if extra, err := dec.Read(make([]byte, 1)); extra > 0 || err != io.EOF {
			return nil, errMedia
		}
	case io.ErrUnexpectedEOF: // white space took the room
	default:
		return nil, errMedia
	}
	if n == 0 {
		return nil, errMedia
	}
	return data[:n], nil
}

// plainBase64 reads base64 without white space, in the standard alphabet.
type plainBase64 struct{ rest string }

// Read implements io.Reader.
func (r *plainBase64) Read(p []byte) (n int, err error) {
	for n < len(p) && r.rest != "" {
		c := r.rest[0]
		r.rest = r.rest[1:]
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '-':
			c = '+'
		case '_':
			c = '/'
		}
		p[n] = c
		n++
	}
	if n == 0 && r.rest == "" {
		return 0, io.EOF
	}
	return n, nil
}
