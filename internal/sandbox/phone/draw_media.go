package phone

import (
	"encoding/hex"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// attachment is what all media messages have in common.
type attachment interface {
	whatsmeow.DownloadableMessage
	GetFileSHA256() []byte
	GetFileLength() uint64
	GetMimetype() string
}

func describe(kind string, a attachment) *Media {
	return &Media{Kind: kind, MimeType: a.GetMimetype(), Size: a.GetFileLength(), SHA256: hex.EncodeToString(a.GetFileSHA256())}
}

func imageMedia(m *waE2E.ImageMessage) *Media {
	if m == nil {
		return nil
	}
	d := describe(KindImage, m)
	d.Width, d.Height, d.Thumbnail = m.GetWidth(), m.GetHeight(), m.GetJPEGThumbnail()
	return d
}

func videoMedia(m *waE2E.VideoMessage) *Media {
	if m == nil {
		return nil
	}
	d := describe(KindVideo, m)
	d.Width, d.Height, d.Seconds, d.Thumbnail = m.GetWidth(), m.GetHeight(), m.GetSeconds(), m.GetJPEGThumbnail()
	return d
}

func documentMedia(m *waE2E.DocumentMessage) *Media {
	if m == nil {
		return nil
	}
	d := describe(KindDocument, m)
	d.FileName, d.Thumbnail = m.GetFileName(), m.GetJPEGThumbnail()
	return d
}

func audioMedia(m *waE2E.AudioMessage) *Media {
	if m == nil {
		return nil
	}
	d := describe(KindAudio, m)
	d.Seconds = m.GetSeconds()
	return d
}

func stickerMedia(m *waE2E.StickerMessage) *Media {
	if m == nil {
		return nil
	}
	d := describe(KindSticker, m)
	d.Width, d.Height = m.GetWidth(), m.GetHeight()
	return d
}

func firstMedia(candidates ...*Media) *Media {
	for _, m := range candidates {
		if m != nil {
			return m
		}
	}
	return nil
}

func headerMedia(h *waE2E.InteractiveMessage_Header) *Media {
	return firstMedia(imageMedia(h.GetImageMessage()), videoMedia(h.GetVideoMessage()), documentMedia(h.GetDocumentMessage()))
}

// thumbnailNeeded warns where the web client is known to need the preview and the size of an image or video.
func (p *pen) thumbnailNeeded(m *Media) {
	if p.platform != Web || m == nil || (m.Kind != KindImage && m.Kind != KindVideo) {
		return
	}
	if len(m.Thumbnail) == 0 || m.Width == 0 || m.Height == 0 {
		p.warn("WhatsApp Web needs a JPEG thumbnail, width and height on the %s of an interactive message", m.Kind)
	}
}

// attachments lists what can be downloaded of a message: its own media first, then that of its cards.
func attachments(m *waE2E.Message) []attachment {
	var out []attachment
	take := func(as ...attachment) { out = append(out, as...) }
	switch {
	case m.GetImageMessage() != nil:
		take(m.GetImageMessage())
	case m.GetVideoMessage() != nil:
		take(m.GetVideoMessage())
	case m.GetPtvMessage() != nil:
		take(m.GetPtvMessage())
	case m.GetAudioMessage() != nil:
		take(m.GetAudioMessage())
	case m.GetDocumentMessage() != nil:
		take(m.GetDocumentMessage())
	case m.GetStickerMessage() != nil:
		take(m.GetStickerMessage())
	case m.GetButtonsMessage() != nil:
		b := m.GetButtonsMessage()
		out = headerAttachment(out, b.GetImageMessage(), b.GetVideoMessage(), b.GetDocumentMessage())
	case m.GetInteractiveMessage() != nil:
		h := m.GetInteractiveMessage().GetHeader()
		out = headerAttachment(out, h.GetImageMessage(), h.GetVideoMessage(), h.GetDocumentMessage())
	case m.GetTemplateMessage() != nil:
		t := m.GetTemplateMessage().GetHydratedTemplate()
		out = headerAttachment(out, t.GetImageMessage(), t.GetVideoMessage(), t.GetDocumentMessage())
	}
	return out
}

// cardAttachment is the media of one card of a carousel, or nil.
func cardAttachment(m *waE2E.Message, card int) attachment {
	cards := m.GetInteractiveMessage().GetCarouselMessage().GetCards()
	if card < 0 || card >= len(cards) {
		return nil
	}
	h := cards[card].GetHeader()
	if as := headerAttachment(nil, h.GetImageMessage(), h.GetVideoMessage(), h.GetDocumentMessage()); len(as) > 0 {
		return as[0]
	}
	return nil
}

func headerAttachment(out []attachment, image *waE2E.ImageMessage, video *waE2E.VideoMessage, document *waE2E.DocumentMessage) []attachment {
	switch {
	case image != nil:
		return append(out, image)
	case video != nil:
		return append(out, video)
	case document != nil:
		return append(out, document)
	}
	return out
}
