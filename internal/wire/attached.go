package wire

import (
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// readMedia reads a message that is a file, and tells in which context it stands; nil for others.
func readMedia(m *waE2E.Message) (message.Content, *waE2E.ContextInfo) {
	switch {
	case m.ImageMessage != nil:
		return received(m.ImageMessage), m.ImageMessage.GetContextInfo()
	case m.VideoMessage != nil:
		return received(m.VideoMessage), m.VideoMessage.GetContextInfo()
	case m.PtvMessage != nil:
		short := received(m.PtvMessage)
		short.As = message.Short
		return short, m.PtvMessage.GetContextInfo()
	case m.AudioMessage != nil:
		return received(m.AudioMessage), m.AudioMessage.GetContextInfo()
	case m.DocumentMessage != nil:
		return received(m.DocumentMessage), m.DocumentMessage.GetContextInfo()
	case m.StickerMessage != nil:
		return received(m.StickerMessage), m.StickerMessage.GetContextInfo()
	}
	return nil, nil
}

// received reads one file as its sender described it. What it says of itself is not checked here.
func received(p part) message.Media {
	m := message.Media{MimeType: clean(p.GetMimetype()), Size: length(p.GetFileLength()), Remote: remote(p)}
	if sum := p.GetFileSHA256(); len(sum) == len(m.SHA256) {
		copy(m.SHA256[:], sum)
	}
	switch p := p.(type) {
	case *waE2E.ImageMessage:
		m.As, m.Caption, m.Thumbnail = message.Image, clean(p.GetCaption()), p.GetJPEGThumbnail()
		m.Width, m.Height = int(p.GetWidth()), int(p.GetHeight())
	case *waE2E.VideoMessage:
		m.As, m.Caption, m.Thumbnail = message.Video, clean(p.GetCaption()), p.GetJPEGThumbnail()
		m.Width, m.Height, m.Seconds = int(p.GetWidth()), int(p.GetHeight()), int(p.GetSeconds())
		if p.GetGifPlayback() {
			m.As = message.GIF
		}
	case *waE2E.AudioMessage:
		m.As, m.Seconds = message.Audio, int(p.GetSeconds())
		if p.GetPTT() {
			m.As = message.Voice
		}
	case *waE2E.DocumentMessage:
		m.As, m.Caption, m.Thumbnail = message.Document, clean(p.GetCaption()), p.GetJPEGThumbnail()
		if m.FileName = clean(p.GetFileName()); m.FileName == "" {
			m.FileName = clean(p.GetTitle())
		}
	case *waE2E.StickerMessage:
		m.As, m.Width, m.Height = message.Sticker, int(p.GetWidth()), int(p.GetHeight())
	}
	return m
}

// length keeps a size that somebody claims within what can be counted.
func length(n uint64) int64 {
	const most = 1 << 62
	return int64(min(n, most))
}

// Remote is what a file of somebody else is downloaded with.
type Remote interface {
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetFileEncSHA256() []byte
	// GetFileLength is the size in bytes as the sender said it.
	GetFileLength() uint64
}

// remote notes what is needed to download p, as a message with nothing else in it; nil when that is
// not known.
func remote(p part) []byte {
	if !strings.HasPrefix(p.GetDirectPath(), "/") || len(p.GetMediaKey()) == 0 {
		return nil
	}
	path, size := proto.String(p.GetDirectPath()), proto.Uint64(p.GetFileLength())
	key, sum, sealed := p.GetMediaKey(), p.GetFileSHA256(), p.GetFileEncSHA256()
	var m waE2E.Message
	switch p.(type) {
	case *waE2E.ImageMessage:
		m.ImageMessage = &waE2E.ImageMessage{DirectPath: path, FileLength: size, MediaKey: key, FileSHA256: sum, FileEncSHA256: sealed}
	case *waE2E.VideoMessage:
		m.VideoMessage = &waE2E.VideoMessage{DirectPath: path, FileLength: size, MediaKey: key, FileSHA256: sum, FileEncSHA256: sealed}
	case *waE2E.AudioMessage:
		m.AudioMessage = &waE2E.AudioMessage{DirectPath: path, FileLength: size, MediaKey: key, FileSHA256: sum, FileEncSHA256: sealed}
	case *waE2E.DocumentMessage:
		m.DocumentMessage = &waE2E.DocumentMessage{DirectPath: path, FileLength: size, MediaKey: key, FileSHA256: sum, FileEncSHA256: sealed}
	case *waE2E.StickerMessage:
		m.StickerMessage = &waE2E.StickerMessage{DirectPath: path, FileLength: size, MediaKey: key, FileSHA256: sum, FileEncSHA256: sealed}
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(&m)
	if err != nil {
		return nil // a path that is no UTF-8 can't be fetched either
	}
	return b
}

// ReadRemote reads the note that Decode put into message.Media. Any other bytes are an error.
func ReadRemote(b []byte) (Remote, error) {
	var m waE2E.Message
	if err := proto.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read where media is to be had: %w", err)
	}
	switch {
	case m.ImageMessage != nil:
		return m.ImageMessage, nil
	case m.VideoMessage != nil:
		return m.VideoMessage, nil
	case m.AudioMessage != nil:
		return m.AudioMessage, nil
	case m.DocumentMessage != nil:
		return m.DocumentMessage, nil
	case m.StickerMessage != nil:
		return m.StickerMessage, nil
	}
	return nil, fmt.Errorf("the note of media names nothing to fetch")
}
