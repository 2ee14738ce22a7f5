package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// Quote is a cited message: of a received message as the sender's app repeated it, of one to be sent
// as we repeat it.
type Quote struct {
	// Stanza is WhatsApp's id of the cited message.
	Stanza string
	// Participant is the JID of its author as it stood on the wire.
	Participant string
	// Content is nil when the app repeated nothing. It is what the app chose to repeat: WhatsApp
	// Web gives the body alone.
	Content message.Content
}

// readQuote returns nil when c cites no message.
func readQuote(c *waE2E.ContextInfo) *Quote {
	if c.GetStanzaID() == "" {
		return nil
	}
	return &Quote{
		Stanza:      clean(c.GetStanzaID()),
		Participant: clean(c.GetParticipant()),
		Content:     readQuoted(c),
	}
}

func readQuoted(c *waE2E.ContextInfo) message.Content {
	content, _ := read(unwrap(c.GetQuotedMessage()))
	return message.Slim(content)
}

// context is what a message that cites q carries.
func (q *Quote) context(f *fresh) *waE2E.ContextInfo {
	return &waE2E.ContextInfo{
		StanzaID: optional(q.Stanza), Participant: optional(q.Participant), QuotedMessage: repeat(q.Content, f),
	}
}

// repeat says again what a cited message said. Apps show their own copy of it and look here only
// when they have none, so what has no form of its own for sending is repeated by its text.
func repeat(c message.Content, f *fresh) *waE2E.Message {
	switch c := c.(type) {
	case message.Text:
		return buildText(c, f)
	case message.Interactive:
		if c.Media != nil && !sendable(c.Media.As) {
			c.Media = nil
		}
		return repeatInteractive(c, f)
	case message.Carousel:
		return buildText(message.Text{Body: c.Body}, f)
	case message.Reply:
		return buildText(message.Text{Body: c.Title}, f)
	case message.Media:
		return repeatMedia(c)
	}
	return &waE2E.Message{Conversation: proto.String("")}
}

func sendable(k message.MediaKind) bool {
	return k == message.Image || k == message.Video || k == message.Document
}

func repeatInteractive(i message.Interactive, f *fresh) *waE2E.Message {
	r, ok := find(choose(i, false))
	if !ok || !r.fits(i) {
		return buildText(message.Text{Body: i.Body}, f)
	}
	m := unwrap(r.build(i, f))
	m.MessageContextInfo = nil
	return m
}

// repeatMedia repeats what is shown of a file: its kind, its caption, its small picture.
func repeatMedia(m message.Media) *waE2E.Message {
	switch h := header(&m).(type) {
	case *waE2E.VideoMessage:
		h.Caption = optional(m.Caption)
		return &waE2E.Message{VideoMessage: h}
	case *waE2E.DocumentMessage:
		h.Caption = optional(m.Caption)
		return &waE2E.Message{DocumentMessage: h}
	case *waE2E.ImageMessage:
		if m.As == message.Image {
			h.Caption = optional(m.Caption)
			return &waE2E.Message{ImageMessage: h}
		}
	}
	return &waE2E.Message{Conversation: proto.String(m.Caption)}
}

// cite puts a context into what a message says. A plain text has no place for it and becomes an
// extended one.
func cite(m *waE2E.Message, c *waE2E.ContextInfo) {
	inner := unwrap(m)
	switch {
	case inner.Conversation != nil:
		inner.ExtendedTextMessage = &waE2E.ExtendedTextMessage{Text: inner.Conversation, ContextInfo: c}
		inner.Conversation = nil
	case inner.ButtonsMessage != nil:
		inner.ButtonsMessage.ContextInfo = c
	case inner.InteractiveMessage != nil:
		inner.InteractiveMessage.ContextInfo = c
	case inner.ListMessage != nil:
		inner.ListMessage.ContextInfo = c
	}
}
