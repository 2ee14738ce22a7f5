package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// Decoded is what a received message says.
type Decoded struct {
	// Content is nil exactly when Skip is true. Ids of buttons and rows in an Interactive are
	// without the prefix of the wire; the id in a Reply is as it stood there.
	Content message.Content
	// Quote is the message that this one cites; nil when it cites none.
	Quote *Quote
	// Skip is true for what no program should hear of: key distribution and protocol noise.
	Skip bool
}

// Decode reads a message from the wire. It never fails: what it can't name is message.Unknown.
// Text that is no UTF-8, and the character NUL, are replaced by U+FFFD.
func Decode(raw *waE2E.Message) Decoded {
	c, ctx := read(unwrap(raw))
	if c == nil {
		return Decoded{Skip: true}
	}
	d := Decoded{Content: c, Quote: readQuote(ctx)}
	if r, ok := c.(message.Reply); ok && d.Quote != nil {
		d.Content = complete(r, d.Quote.Content)
	}
	return d
}

// read reads an unwrapped message and tells in which context it stands. Answers come first, because
// some apps repeat the title of what was tapped as a text beside them. No content is nil.
func read(m *waE2E.Message) (message.Content, *waE2E.ContextInfo) {
	switch {
	case m.ListResponseMessage != nil:
		return readListResponse(m.ListResponseMessage), m.ListResponseMessage.GetContextInfo()
	case m.ButtonsResponseMessage != nil:
		return readButtonsResponse(m.ButtonsResponseMessage), m.ButtonsResponseMessage.GetContextInfo()
	case m.TemplateButtonReplyMessage != nil:
		return readTemplateReply(m.TemplateButtonReplyMessage), m.TemplateButtonReplyMessage.GetContextInfo()
	case m.InteractiveResponseMessage != nil:
		return readFlowResponse(m.InteractiveResponseMessage), m.InteractiveResponseMessage.GetContextInfo()
	case m.Conversation != nil:
		return message.Text{Body: clean(m.GetConversation())}, nil
	case m.ExtendedTextMessage != nil:
		return message.Text{Body: clean(m.ExtendedTextMessage.GetText())}, m.ExtendedTextMessage.GetContextInfo()
	case m.ButtonsMessage != nil:
		return readButtons(m.ButtonsMessage), m.ButtonsMessage.GetContextInfo()
	case m.InteractiveMessage != nil:
		return readFlow(m.InteractiveMessage), m.InteractiveMessage.GetContextInfo()
	case m.ListMessage != nil:
		return readList(m.ListMessage), m.ListMessage.GetContextInfo()
	case m.ProtocolMessage != nil:
		return readProtocol(m.ProtocolMessage), nil
	}
	if media, ctx := readMedia(m); media != nil {
		return media, ctx
	}
	return readUnknown(m)
}

// readProtocol lets through what a person did: deleting and editing a message. The rest is between
// apps.
func readProtocol(m *waE2E.ProtocolMessage) message.Content {
	switch t := m.GetType(); {
	case m.Type != nil && (t == waE2E.ProtocolMessage_REVOKE || t == waE2E.ProtocolMessage_MESSAGE_EDIT):
		return message.Unknown{What: "protocolMessage " + t.String()}
	}
	return nil
}
