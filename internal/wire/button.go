package wire

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// buildLegacyButtons carries quick replies as a ButtonsMessage inside documentWithCaption, with the
// complete metadata of an official sender: with less iOS disables the buttons, without the wrapper
// Web draws nothing. The key hash need not be that of a real key.
func buildLegacyButtons(c message.Content, f *fresh) *waE2E.Message {
	i := c.(message.Interactive)
	m := &waE2E.ButtonsMessage{
		HeaderType:  waE2E.ButtonsMessage_EMPTY.Enum(),
		ContentText: proto.String(i.Body),
		FooterText:  optional(i.Footer),
	}
	legacyHeader(m, i)
	for _, b := range i.Action.(message.Buttons) {
		m.Buttons = append(m.Buttons, &waE2E.ButtonsMessage_Button{
			ButtonID:   proto.String(message.ButtonPrefix + b.ID),
			ButtonText: &waE2E.ButtonsMessage_Button_ButtonText{DisplayText: proto.String(b.Title)},
			Type:       waE2E.ButtonsMessage_Button_RESPONSE.Enum(),
		})
	}
	out := wrap(&waE2E.Message{ButtonsMessage: m})
	out.MessageContextInfo = &waE2E.MessageContextInfo{
		DeviceListMetadata: &waE2E.DeviceListMetadata{
			RecipientKeyHash:   f.bytes(10),
			RecipientTimestamp: proto.Uint64(uint64(max(0, f.now.Unix()))),
		},
		DeviceListMetadataVersion: proto.Int32(2),
	}
	return out
}

// legacyHeader puts the media above the text, or the header text where there is no media.
func legacyHeader(m *waE2E.ButtonsMessage, i message.Interactive) {
	switch h := header(i.Media).(type) {
	case *waE2E.ImageMessage:
		m.HeaderType = waE2E.ButtonsMessage_IMAGE.Enum()
		m.Header = &waE2E.ButtonsMessage_ImageMessage{ImageMessage: h}
	case *waE2E.VideoMessage:
		m.HeaderType = waE2E.ButtonsMessage_VIDEO.Enum()
		m.Header = &waE2E.ButtonsMessage_VideoMessage{VideoMessage: h}
	case *waE2E.DocumentMessage:
		m.HeaderType = waE2E.ButtonsMessage_DOCUMENT.Enum()
		m.Header = &waE2E.ButtonsMessage_DocumentMessage{DocumentMessage: h}
	default:
		if i.Header != "" {
			m.HeaderType = waE2E.ButtonsMessage_TEXT.Enum()
			m.Header = &waE2E.ButtonsMessage_Text{Text: i.Header}
		}
	}
}

func wrap(inner *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: inner}}
}

// readButtons reads a ButtonsMessage. One without buttons is what WhatsApp Web repeats of the
// message that it answers: the body alone.
func readButtons(m *waE2E.ButtonsMessage) message.Content {
	if len(m.GetButtons()) == 0 {
		return bodyOnly(m.GetContentText(), "buttonsMessage")
	}
	i := message.Interactive{Header: clean(m.GetText()), Body: clean(m.GetContentText()), Footer: clean(m.GetFooterText())}
	if p := legacyMedia(m); p != nil {
		media := received(p)
		i.Media = &media
	}
	var list message.Buttons
	for _, b := range m.GetButtons() {
		if flow := b.GetNativeFlowInfo(); flow != nil {
			list = append(list, readFlowButton(flow.GetName(), flow.GetParamsJSON()))
			continue
		}
		list = append(list, message.Button{
			Kind:  message.QuickReply,
			Title: clean(b.GetButtonText().GetDisplayText()),
			ID:    buttonID(b.GetButtonID()),
		})
	}
	i.Action = list
	return i
}

// buttonID turns the id on the wire into the one that the caller gave.
func buttonID(wire string) string { return strings.TrimPrefix(clean(wire), message.ButtonPrefix) }

// bodyOnly is an interactive message of which nothing but the body can be read.
func bodyOnly(body, field string) message.Content {
	if body == "" {
		return message.Unknown{What: field}
	}
	return message.Text{Body: clean(body)}
}
