package whapi

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/message"
)

// DecodeUpload reads the body of a request to store a file: {"media": "<media string>"} and,
// optionally, mime_type, filename, no_encode and no_cache. Any error is a fault.
func DecodeUpload(b Body) (message.MediaSource, error) {
	o, err := b.open(MaxUpload)
	if err != nil {
		return message.MediaSource{}, err
	}
	o.need("media")
	src := o.source("media")
	if err := o.in.err(); err != nil {
		return message.MediaSource{}, err
	}
	return src, nil
}

// EncodeUploaded tells the ids of files that were stored.
func EncodeUploaded(files ...message.Media) ([]byte, error) {
	type uploaded struct {
		ID string `json:"id"`
	}
	list := make([]uploaded, len(files))
	for i, m := range files {
		list[i].ID = m.ID
	}
	return encode(map[string]any{"media": list})
}

// File is a file of the media store as programs see it.
type File struct {
	Media message.Media
	At    time.Time
}

// Paging is which part of a list is asked for.
type Paging struct {
	Count, Offset int
	From, To      time.Time // zero means no bound
	OldestFirst   bool
}

const (
	maxPage     = 500
	defaultPage = 100
	maxOffset   = 1 << 31
)

// DecodePaging reads the query of a list: count (1 to 500, 100 when it is absent), offset, time_from
// and time_to in seconds since 1970, and sort, "asc" or "desc", which is the default.
func DecodePaging(query url.Values) (Paging, error) {
	var wrong fault.Problems
	number := func(name string, least, most, absent int64) int64 {
		return wholeNumber(&wrong, query, name, least, most, absent)
	}
	p := Paging{Count: int(number("count", 1, maxPage, defaultPage)), Offset: int(number("offset", 0, maxOffset, 0))}
	if n := number("time_from", 0, maxSeconds, 0); n > 0 {
		p.From = time.Unix(n, 0)
	}
	if n := number("time_to", 0, maxSeconds, 0); n > 0 {
		p.To = time.Unix(n, 0)
	}
	switch query.Get("sort") {
	case "asc":
		p.OldestFirst = true
	case "", "desc":
	default:
		wrong.Add("/query/sort", `must be equal to one of the allowed values: "asc", "desc"`)
	}
	if err := wrong.Err(); err != nil {
		return Paging{}, err
	}
	return p, nil
}

// maxSeconds is the end of the year 9999, in seconds since 1970.
const maxSeconds = 253402300799

type fileJSON struct {
	ID        string `json:"id"`
	MimeType  string `json:"mime_type"`
	FileSize  int64  `json:"file_size"`
	FileName  string `json:"file_name,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	Timestamp int64  `json:"timestamp"`
}

// EncodeFiles tells a part of the list of files; total counts all that the bounds of time let through.
func EncodeFiles(files []File, total int, p Paging) ([]byte, error) {
	list := make([]fileJSON, len(files))
	for i, f := range files {
		m := f.Media
		list[i] = fileJSON{
			ID: m.ID, MimeType: m.MimeType, FileSize: m.Size, FileName: m.FileName,
			SHA256: base64.StdEncoding.EncodeToString(m.SHA256[:]), Timestamp: f.At.Unix(),
		}
	}
	return encode(struct {
		Files  []fileJSON `json:"files"`
		Count  int        `json:"count"`
		Total  int        `json:"total"`
		Offset int        `json:"offset"`
	}{list, len(list), total, p.Offset})
}

// EncodeSuccess says that what was asked for is done.
func EncodeSuccess() ([]byte, error) { return json.RawMessage(`{"success":true}`), nil }
