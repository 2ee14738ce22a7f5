package message

import (
	"fmt"
	"slices"
	"strings"
)

// MediaKind says how a file is shown. The values are the dialect's names of the message types.
type MediaKind string

// The kinds of media.
const (
	Image    MediaKind = "image"
	Video    MediaKind = "video"
	Document MediaKind = "document"
	Audio    MediaKind = "audio"
	Voice    MediaKind = "voice"
	GIF      MediaKind = "gif"
	Short    MediaKind = "short"
	Sticker  MediaKind = "sticker"
)

// Media is a file that a message carries: content of its own, or a part of an Interactive or a Card.
type Media struct {
	// As is "" while only the file can tell, which it does when it enters the media store.
	As MediaKind
	// Source is where the file of an outgoing message is to be had, until it stands in the media
	// store; nil after that, and for received media.
	Source *MediaSource
	// ID names the file in the media store; "" while it is not there.
	ID       string
	MimeType string
	FileName string
	Caption  string
	// Size is the length of the file in bytes.
	Size int64
	// SHA256 is the digest of the file.
	SHA256 [32]byte
	// Width and Height are in pixels, Seconds is the length of a video or an audio; 0 means unknown.
	Width, Height, Seconds int
	// Thumbnail is a small JPEG; nil when there is none.
	Thumbnail []byte
	// Link is where programs can fetch the file without a token, for a while; "" when nowhere.
	Link string
	// Remote is the backend's own note of where received media can be fetched, opaque; nil otherwise.
	Remote []byte
}

// MediaSource is where the file of an outgoing message is to be had: exactly one of URL, Data, ID.
type MediaSource struct {
	// URL is an http or https address to fetch.
	URL string
	// Data is the file itself.
	Data []byte
	// ID names a file in the media store.
	ID string
	// MimeType, FileName, Width and Height are what the caller says; what the file says wins.
	MimeType      string
	FileName      string
	Width, Height int
	// Preview is a JPEG to use as the thumbnail.
	Preview []byte
	// NoEncode sends the file as it is. NoCache fetches a URL again.
	NoEncode, NoCache bool
	// OrDocument keeps a file that is too large for what it is as a document; otherwise it is refused.
	OrDocument bool
}

// Kind implements Content.
func (m Media) Kind() Kind { return Kind(m.As) }

func (Media) content() {}

// Extension is how names of files of this type end, without the point.
func (m Media) Extension() string {
	t, _, _ := strings.Cut(m.MimeType, ";")
	switch t = strings.ToLower(strings.TrimSpace(t)); t {
	case "audio/ogg":
		return "oga"
	case "audio/mpeg":
		return "mp3"
	case "audio/mp4":
		return "m4a"
	case "text/plain":
		return "txt"
	case "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/3gpp", "audio/aac", "audio/amr", "application/pdf", "application/zip":
		_, ext, _ := strings.Cut(t, "/")
		return ext
	}
	if i := strings.LastIndexByte(m.FileName, '.'); i >= 0 && i+1 < len(m.FileName) {
		return m.FileName[i+1:]
	}
	return "bin"
}

// media checks a file that a message is to carry: where it is to be had, and, as soon as that is
// known, that it is of a kind that can stand there.
func (k *checker) media(path string, m Media, kinds ...MediaKind) {
	if m.Source == nil && m.ID == "" {
		k.Add(path, "must name a file: a URL, base64 or the id of an uploaded one")
		return
	}
	if m.As == "" && m.Source != nil || slices.Contains(kinds, m.As) {
		return
	}
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	what := string(m.As)
	if m.MimeType != "" {
		what = fmt.Sprintf("%s, %s", m.As, m.MimeType)
	}
	k.Add(path, "must be of a kind that can stand here: %s (the file is: %s)", strings.Join(names, ", "), what)
}
