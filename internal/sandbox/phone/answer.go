package phone

import (
	"context"
	"encoding/json"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// sendAnswer sends what the platform's client sends for the choice.
func (p *Phone) sendAnswer(ctx context.Context, platform Platform, r record, c choice) (messageID string, err error) {
	m, err := answer(unwrap(r.raw).message, c, platform)
	if err != nil {
		return "", err
	}
	info := contextOf(r)
	info.QuotedMessage = quotedFor(platform, r, c)
	setContext(m, info)
	return p.send(ctx, platform, r.Chat, m)
}

// answer builds the answer to a choice in message m, without its context. What comes back depends on the shape
// that was sent and on the client: legacy buttons and lists have their own answers everywhere; native flow
// buttons come back as an interactive response from phones, and as a template reply from the web client.
func answer(m *waE2E.Message, c choice, platform Platform) (*waE2E.Message, error) {
	switch {
	case m.GetListMessage() != nil && c.row != nil:
		return &waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
			Title:             proto.String(c.row.Title),
			Description:       optional(c.row.Description),
			ListType:          waE2E.ListResponseMessage_SINGLE_SELECT.Enum(),
			SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String(c.row.ID)},
		}}, nil
	case m.GetButtonsMessage() != nil:
		return &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String(c.button.ID),
			Response:         &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: c.button.Title},
			Type:             waE2E.ButtonsResponseMessage_DISPLAY_TEXT.Enum(),
		}}, nil
	case c.row != nil:
		return flowAnswer("menu_options", c.row.Title, map[string]string{"id": c.row.ID, "title": c.row.Title, "description": c.row.Description})
	case platform == Web || m.GetInteractiveMessage() == nil:
		return &waE2E.Message{TemplateButtonReplyMessage: templateReply(c)}, nil
	}
	return flowAnswer(flowReply, c.button.Title, map[string]string{"id": c.button.ID, "display_text": c.button.Title})
}

func templateReply(c choice) *waE2E.TemplateButtonReplyMessage {
	r := &waE2E.TemplateButtonReplyMessage{
		SelectedID:          proto.String(c.button.ID),
		SelectedDisplayText: proto.String(c.button.Title),
		SelectedIndex:       proto.Uint32(uint32(c.index)),
	}
	if c.card >= 0 {
		r.SelectedCarouselCardIndex = proto.Uint32(uint32(c.card))
	}
	return r
}

func flowAnswer(name, title string, params map[string]string) (*waE2E.Message, error) {
	text, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("write parameters of the answer: %w", err)
	}
	return &waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{
		Body: &waE2E.InteractiveResponseMessage_Body{
			Text: proto.String(title), Format: waE2E.InteractiveResponseMessage_Body_DEFAULT.Enum(),
		},
		InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{
			NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{
				Name: proto.String(name), ParamsJSON: proto.String(string(text)), Version: proto.Int32(1),
			},
		},
	}}, nil
}

// contextOf names the message that is answered. The participant is its sender in the addressing it came with.
func contextOf(r record) *waE2E.ContextInfo {
	return &waE2E.ContextInfo{
		StanzaID:      proto.String(r.Stanza),
		Participant:   proto.String(r.Sender.ToNonAD().String()),
		QuotedMessage: quotable(r.raw),
	}
}

// quotedFor is the quote of an answer: phones quote the whole message, the web client only the body of one
// with buttons.
func quotedFor(platform Platform, r record, c choice) *waE2E.Message {
	if platform == Web && c.row == nil {
		return &waE2E.Message{Conversation: proto.String(snippet(r.raw))}
	}
	return quotable(r.raw)
}

func setContext(m *waE2E.Message, info *waE2E.ContextInfo) {
	switch {
	case m.ListResponseMessage != nil:
		m.ListResponseMessage.ContextInfo = info
	case m.ButtonsResponseMessage != nil:
		m.ButtonsResponseMessage.ContextInfo = info
	case m.TemplateButtonReplyMessage != nil:
		m.TemplateButtonReplyMessage.ContextInfo = info
	case m.InteractiveResponseMessage != nil:
		m.InteractiveResponseMessage.ContextInfo = info
	}
}

// opaque wraps m so that the client library sees no known field in it and adds nothing to the stanza. It would
// add a biz node to answers, which official clients do not and which WhatsApp refuses with 479. The
// receiver reads the same bytes either way. The message context stays readable: the library keeps its secret.
func opaque(m *waE2E.Message) (*waE2E.Message, error) {
	inner := proto.CloneOf(m)
	inner.MessageContextInfo = nil
	raw, err := proto.Marshal(inner)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	out := &waE2E.Message{MessageContextInfo: proto.CloneOf(m.GetMessageContextInfo())}
	out.ProtoReflect().SetUnknown(raw)
	return out, nil
}

// isAnswer reports whether the library would add a node of its own to m, which it looks for inside of wrappers too.
func isAnswer(m *waE2E.Message) bool {
	m = unwrap(m).message
	return m.GetListResponseMessage() != nil || m.GetButtonsResponseMessage() != nil || m.GetInteractiveResponseMessage() != nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
