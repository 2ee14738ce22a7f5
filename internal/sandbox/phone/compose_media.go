package phone

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif"  // sizes of sent images
	_ "image/jpeg" // the same
	_ "image/png"  // the same
	"net/http"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// mediaContent uploads the attachment and builds the message that names it.
func (p *Phone) mediaContent(ctx context.Context, c Compose, info *waE2E.ContextInfo) (*waE2E.Message, error) {
	if c.Mime == "" {
		c.Mime = http.DetectContentType(c.Media)
	}
	kind, mediaType := kindOf(c.Mime)
	up, err := p.cli.Upload(ctx, c.Media, mediaType)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	switch kind {
	case KindImage:
		m := &waE2E.ImageMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &c.Mime, Caption: optional(c.Caption), ContextInfo: info,
		}
		if size, _, err := image.DecodeConfig(bytes.NewReader(c.Media)); err == nil {
			m.Width, m.Height = proto.Uint32(uint32(size.Width)), proto.Uint32(uint32(size.Height))
		}
		return &waE2E.Message{ImageMessage: m}, nil
	case KindVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &c.Mime, Caption: optional(c.Caption), ContextInfo: info,
		}}, nil
	case KindAudio:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &c.Mime, ContextInfo: info,
		}}, nil
	}
	return documentContent(c, up, info), nil
}

// documentContent wraps a document with a caption the way clients do.
func documentContent(c Compose, up whatsmeow.UploadResponse, info *waE2E.ContextInfo) *waE2E.Message {
	name := c.FileName
	if name == "" {
		name = "document"
	}
	m := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
		FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &c.Mime, FileName: &name, Title: &name,
		Caption: optional(c.Caption), ContextInfo: info,
	}}
	if c.Caption == "" {
		return m
	}
	return &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m}}
}

func kindOf(mime string) (string, whatsmeow.MediaType) {
	switch class, _, _ := strings.Cut(mime, "/"); class {
	case "image":
		return KindImage, whatsmeow.MediaImage
	case "video":
		return KindVideo, whatsmeow.MediaVideo
	case "audio":
		return KindAudio, whatsmeow.MediaAudio
	}
	return KindDocument, whatsmeow.MediaDocument
}
