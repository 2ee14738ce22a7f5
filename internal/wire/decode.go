package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// Decoded is what a received message says.
type Decoded struct {
	// Content is nil exactly when Skip is true. Ids of buttons and rows in an Interactive are
	// without the prefix of the wire; the id in a Reply is as it stood there. A Change comes without
	// its Target, which stands beside it.
	Content message.Content
	// Quote is the message that this one cites; nil when it cites none.
	Quote *Quote
	// Target is what a Change is about; nil for other content.
	Target *Target
	// Skip is true for what no program should hear of: key distribution and protocol noise.
	Skip bool
}

// Decode reads a message from the wire. It never fails: what it can't name is message.Unknown.
// Text that is no UTF-8, and the character NUL, are replaced by U+FFFD.
func Decode(raw *waE2E.Message) Decoded {
	m := unwrap(raw)
	c, ctx := read(m)
	if c == nil {
		return Decoded{Skip: true}
	}
	d := Decoded{Content: c, Quote: readQuote(ctx)}
	if change, ok := c.(message.Change); ok {
		if d.Target = target(m); d.Target == nil {
			d.Content = message.Unknown{What: string(change.Did)}
		}
	}
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
	case m.ReactionMessage != nil:
		return readReaction(m.ReactionMessage), nil
	}
	if media, ctx := readMedia(m); media != nil {
		return media, ctx
	}
	return readUnknown(m)
}
