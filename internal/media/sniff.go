package media

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"tapgate/internal/message"
)

// form is what a file turned out to be.
type form struct {
	mimeType  string
	extension string
	// kind is how it is shown where nobody says otherwise.
	kind message.MediaKind
	// demuxer is what the encoder has to read it as; "" where it can't.
	demuxer string
	// vague is true when the bytes tell so little that the caller's word counts.
	vague bool
}

// headSize is how many bytes of a file are looked at.
const headSize = 4096

// magic is a line of the table: a file with these bytes at that place is of that form.
type magic struct {
	at    int
	bytes string
	form
}

// magics is in order: the first line that fits counts.
func magics() []magic {
	return []magic{
		{0, "\xff\xd8\xff", form{mimeType: "image/jpeg", extension: "jpeg", kind: message.Image}},
		{0, "\x89PNG\r\n\x1a\n", form{mimeType: "image/png", extension: "png", kind: message.Image}},
		{0, "GIF87a", form{mimeType: "image/gif", extension: "gif", kind: message.Image, demuxer: "gif"}},
		{0, "GIF89a", form{mimeType: "image/gif", extension: "gif", kind: message.Image, demuxer: "gif"}},
		{8, "WEBP", form{mimeType: "image/webp", extension: "webp", kind: message.Image}},
		{8, "WAVE", form{mimeType: "audio/wav", extension: "wav", kind: message.Audio, demuxer: "wav"}},
		{8, "AVI ", form{mimeType: "video/x-msvideo", extension: "avi", kind: message.Video, demuxer: "avi"}},
		{0, "II*\x00", form{mimeType: "image/tiff", extension: "tiff", kind: message.Image}},
		{0, "MM\x00*", form{mimeType: "image/tiff", extension: "tiff", kind: message.Image}},
		{0, "\x1aE\xdf\xa3", form{mimeType: "video/x-matroska", extension: "mkv", kind: message.Video, demuxer: "matroska"}},
		{0, "FLV\x01", form{mimeType: "video/x-flv", extension: "flv", kind: message.Video, demuxer: "flv"}},
		{0, "0&\xb2u\x8ef\xcf\x11", form{mimeType: "video/x-ms-asf", extension: "wmv", kind: message.Video, demuxer: "asf"}},
		{0, "\x00\x00\x01\xba", form{mimeType: "video/mpeg", extension: "mpg", kind: message.Video, demuxer: "mpeg"}},
		{0, "OggS", form{mimeType: "audio/ogg", extension: "ogg", kind: message.Audio, demuxer: "ogg"}},
		{0, "ID3", form{mimeType: "audio/mpeg", extension: "mp3", kind: message.Audio, demuxer: "mp3"}},
		{0, "\xff\xfb", form{mimeType: "audio/mpeg", extension: "mp3", kind: message.Audio, demuxer: "mp3"}},
		{0, "\xff\xf3", form{mimeType: "audio/mpeg", extension: "mp3", kind: message.Audio, demuxer: "mp3"}},
		{0, "\xff\xf2", form{mimeType: "audio/mpeg", extension: "mp3", kind: message.Audio, demuxer: "mp3"}},
		{0, "\xff\xf1", form{mimeType: "audio/aac", extension: "aac", kind: message.Audio, demuxer: "aac"}},
		{0, "\xff\xf9", form{mimeType: "audio/aac", extension: "aac", kind: message.Audio, demuxer: "aac"}},
		{0, "#!AMR\n", form{mimeType: "audio/amr", extension: "amr", kind: message.Audio, demuxer: "amr"}},
		{0, "fLaC", form{mimeType: "audio/flac", extension: "flac", kind: message.Audio, demuxer: "flac"}},
		{0, "%PDF-", form{mimeType: "application/pdf", extension: "pdf", kind: message.Document}},
		{0, "PK\x03\x04", form{mimeType: "application/zip", extension: "zip", kind: message.Document, vague: true}},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", form{mimeType: "application/x-ole-storage", extension: "bin", kind: message.Document, vague: true}},
	}
}

// sniff tells what a file is from its first bytes.
func sniff(head []byte) form {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return sniffBrand(string(head[8:12]))
	}
	for _, m := range magics() {
		if len(head) < m.at+len(m.bytes) || string(head[m.at:m.at+len(m.bytes)]) != m.bytes {
			continue
		}
		if m.at == 8 && !bytes.HasPrefix(head, []byte("RIFF")) {
			continue
		}
		return refine(m.form, head)
	}
	if f, ok := sniffBitmap(head); ok {
		return f
	}
	return sniffText(head)
}

// sniffBrand tells apart what is kept in boxes of the ISO base media format.
func sniffBrand(brand string) form {
	switch brand {
	case "qt  ":
		return form{mimeType: "video/quicktime", extension: "mov", kind: message.Video, demuxer: "mov"}
	case "M4A ", "M4B ":
		return form{mimeType: "audio/mp4", extension: "m4a", kind: message.Audio, demuxer: "mov"}
	case "heic", "heix", "heim", "heis", "mif1", "msf1":
		return form{mimeType: "image/heic", extension: "heic", kind: message.Image, demuxer: "mov"}
	case "avif", "avis":
		return form{mimeType: "image/avif", extension: "avif", kind: message.Image, demuxer: "mov"}
	}
	if strings.HasPrefix(brand, "3g") {
		return form{mimeType: "video/3gpp", extension: "3gp", kind: message.Video, demuxer: "mov"}
	}
	return form{mimeType: "video/mp4", extension: "mp4", kind: message.Video, demuxer: "mov"}
}

// refine tells apart what has the same beginning.
func refine(f form, head []byte) form {
	switch {
	case f.demuxer == "matroska" && bytes.Contains(head[:min(len(head), 64)], []byte("webm")):
		f.mimeType, f.extension = "video/webm", "webm"
	case f.demuxer == "ogg" && bytes.Contains(head, []byte("OpusHead")):
		f.mimeType, f.extension = "audio/ogg; codecs=opus", "oga"
	case f.demuxer == "ogg" && bytes.Contains(head, []byte("\x80theora")):
		f.mimeType, f.extension, f.kind = "video/ogg", "ogv", message.Video
	}
	return f
}

// sniffBitmap asks for more than the two letters that a BMP begins with: so may a text.
func sniffBitmap(head []byte) (form, bool) {
	if len(head) < 18 || string(head[:2]) != "BM" || !bytes.Equal(head[15:18], []byte{0, 0, 0}) {
		return form{}, false
	}
	return form{mimeType: "image/bmp", extension: "bmp", kind: message.Image}, true
}

// sniffText knows what a browser would run or read, and leaves the rest to the caller's word.
func sniffText(head []byte) form {
	text := form{kind: message.Document, mimeType: "application/octet-stream", extension: "bin", vague: true}
	for cut := 0; cut < utf8.UTFMax && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) { // the last character may be cut in two
			text.mimeType, text.extension = "text/plain", "txt"
			break
		}
	}
	found, _, _ := mime.ParseMediaType(http.DetectContentType(head))
	switch {
	case bytes.Contains(bytes.ToLower(head), []byte("<svg")):
		return form{kind: message.Document, mimeType: "image/svg+xml", extension: "svg"}
	case found == "text/html":
		return form{kind: message.Document, mimeType: "text/html", extension: "html"}
	case bytes.IndexByte(head, 0) >= 0, len(head) == 0:
		text.mimeType, text.extension = "application/octet-stream", "bin"
	}
	return text
}

// declared takes the caller's word where the bytes tell little. A word that would make an image, a
// video or an audio of them is not taken.
func (f form) declared(mimeType, fileName string) form {
	if !f.vague {
		return f
	}
	if mimeType == "" || isGeneric(mimeType) {
		if byName := documentType(strings.TrimPrefix(path.Ext(fileName), ".")); byName != "" {
			mimeType = byName
		}
	}
	base, params, err := mime.ParseMediaType(mimeType)
	if family, _, _ := strings.Cut(base, "/"); err != nil || family == "image" || family == "video" || family == "audio" || isGeneric(base) {
		return f
	}
	f.mimeType = mime.FormatMediaType(base, params)
	f.extension = "bin"
	if ext := strings.TrimPrefix(path.Ext(fileName), "."); ext != "" {
		f.extension = ext
	}
	if ext := documentExtension(base); ext != "" {
		f.extension = ext
	}
	return f
}

func isGeneric(mimeType string) bool {
	return strings.HasPrefix(mimeType, "application/octet-stream") || strings.HasPrefix(mimeType, "application/x-www-form-urlencoded") ||
		strings.HasPrefix(mimeType, "multipart/")
}

// documents pairs the extensions of documents with their types.
func documents() [][2]string {
	const office = "application/vnd.openxmlformats-officedocument."
	return [][2]string{
		{"docx", office + "wordprocessingml.document"},
		{"xlsx", office + "spreadsheetml.sheet"},
		{"pptx", office + "presentationml.presentation"},
		{"doc", "application/msword"},
		{"xls", "application/vnd.ms-excel"},
		{"ppt", "application/vnd.ms-powerpoint"},
		{"odt", "application/vnd.oasis.opendocument.text"},
		{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
		{"txt", "text/plain"},
		{"csv", "text/csv"},
		{"ics", "text/calendar"},
		{"vcf", "text/vcard"},
		{"json", "application/json"},
		{"xml", "application/xml"},
		{"zip", "application/zip"},
		{"apk", "application/vnd.android.package-archive"},
	}
}

func documentType(extension string) string {
	for _, d := range documents() {
		if strings.EqualFold(d[0], extension) {
			return d[1]
		}
	}
	return ""
}

func documentExtension(mimeType string) string {
	for _, d := range documents() {
		if d[1] == mimeType {
			return d[0]
		}
	}
	return ""
}
