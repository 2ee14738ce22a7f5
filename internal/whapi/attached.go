package whapi

import (
	"encoding/base64"

	"tapgate/internal/message"
)

// maxPixels is the largest width or height that is read.
const maxPixels = 1 << 16

// source reads where a file is to be had: the media string in the field of that name, and what the
// fields beside it say of the file. The source of a file that is a part of the form has neither URL
// nor data nor id.
func (o object) source(name string) message.MediaSource {
	src := message.MediaSource{}
	if part := o.in.part; part != nil && o.path == "" {
		src.MimeType, src.FileName = part.MimeType, part.FileName
	} else if given := o.text(name); !o.in.knows(o.at(name)) {
		var err error
		if src, err = ParseSource(given); err != nil {
			o.in.fail(o.at(name), "%v", err)
		}
	}
	for _, name := range []string{"filename", "file_name"} {
		if name := o.text(name); name != "" {
			src.FileName = name
		}
	}
	if given := o.text("mime_type"); given != "" {
		src.MimeType = given
	}
	src.Width, src.Height = o.integer("width", maxPixels), o.integer("height", maxPixels)
	src.Preview = o.preview()
	src.NoEncode, src.NoCache = o.flag("no_encode"), o.flag("no_cache")
	return src
}

// preview reads a small JPEG: base64, or a data URI.
func (o object) preview() []byte {
	text := o.text("preview")
	if text == "" {
		return nil
	}
	src, err := ParseSource(text)
	if err != nil || len(src.Data) == 0 {
		o.in.fail(o.at("preview"), "must be a JPEG in base64")
	}
	return src.Data
}

// attached reads the file of a message that may go without one.
func (o object) attached() *message.Media {
	raw, ok := o.get("media")
	if !ok || string(raw) == `""` {
		return nil
	}
	if kindOf(raw) == "object" {
		o.in.fail("/media", `must be string: a URL, base64, a data URI or a media id. Its own fields (mime_type, no_encode, ...) stand beside it; an object is what a card of a carousel has`)
		return nil
	}
	src := o.source("media")
	return &message.Media{Source: &src, Caption: o.text("caption")}
}

// mediaJSON tells a file. Link is there when the file is.
type mediaJSON struct {
	ID       string `json:"id,omitempty"`
	MimeType string `json:"mime_type,omitempty"`
	FileSize int64  `json:"file_size,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	FileName string `json:"file_name,omitempty"`
	Link     string `json:"link,omitempty"`
	Caption  string `json:"caption,omitempty"`
	// Filename repeats the name of a document, as programs may look for either.
	Filename string `json:"filename,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Seconds  int    `json:"seconds,omitempty"`
	Preview  string `json:"preview,omitempty"`
}

func encodeMedia(m message.Media) mediaJSON {
	out := mediaJSON{
		ID: m.ID, MimeType: m.MimeType, FileSize: m.Size, FileName: m.FileName, Link: m.Link,
		Caption: m.Caption, Width: m.Width, Height: m.Height, Seconds: m.Seconds,
	}
	if m.SHA256 != [32]byte{} {
		out.SHA256 = base64.StdEncoding.EncodeToString(m.SHA256[:])
	}
	if m.As == message.Document {
		out.Filename = m.FileName
	}
	if len(m.Thumbnail) > 0 {
		out.Preview = "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(m.Thumbnail)
	}
	return out
}
