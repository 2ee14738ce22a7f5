package wire

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// Names of native flow buttons.
const (
	flowReply  = "quick_reply"
	flowURL    = "cta_url"
	flowCall   = "cta_call"
	flowCopy   = "cta_copy"
	flowSelect = "single_select"
	flowMenu   = "menu_options" // what comes back from a single_select
)

// flowParams are the parameters of a native flow button, and of the answer to one.
type flowParams struct {
	DisplayText loose `json:"display_text,omitempty"`
	ID          loose `json:"id,omitempty"`
	URL         loose `json:"url,omitempty"`
	MerchantURL loose `json:"merchant_url,omitempty"`
	PhoneNumber loose `json:"phone_number,omitempty"`
	CopyCode    loose `json:"copy_code,omitempty"`
	// Title and Sections belong to a single_select; answers have Title and Description.
	Title       loose         `json:"title,omitempty"`
	Description loose         `json:"description,omitempty"`
	Sections    []flowSection `json:"sections,omitempty"`
}

type flowSection struct {
	Title loose     `json:"title"`
	Rows  []flowRow `json:"rows"`
}

type flowRow struct {
	Title       loose `json:"title"`
	Description loose `json:"description,omitempty"`
	ID          loose `json:"id"`
}

// loose is text that other people's apps may also write as a number. Anything else reads as "".
type loose string

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (l *loose) UnmarshalJSON(b []byte) error {
	*l = ""
	var s string
	var n json.Number
	if json.Unmarshal(b, &s) == nil {
		*l = loose(clean(s))
	} else if json.Unmarshal(b, &n) == nil {
		*l = loose(n)
	}
	return nil
}

// maxParams is how many bytes of parameters an official client reads.
const maxParams = 262144

// readParams reads parameters as far as they can be read: a part of a wrong type reads as nothing.
func readParams(text string) (p flowParams) {
	if len(text) <= maxParams {
		_ = json.Unmarshal([]byte(text), &p)
	}
	return p
}

// buildFlowButtons carries buttons of any kind as a bare native flow. A wrapper would keep Web from
// drawing it; a message version of 3 as well, so there is none.
func buildFlowButtons(c message.Content, f *fresh) *waE2E.Message {
	i := c.(message.Interactive)
	return buildFlow(i, flowButtons(i.Action.(message.Buttons)), f)
}

func flowButtons(list message.Buttons) []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton {
	var out []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton
	for _, b := range list {
		name, p := flowButton(b)
		out = append(out, nativeFlowButton(name, p))
	}
	return out
}

func flowButton(b message.Button) (name string, p flowParams) {
	p = flowParams{DisplayText: loose(b.Title), ID: loose(message.ButtonPrefix + b.ID)}
	switch b.Kind {
	case message.URL:
		p.URL, p.MerchantURL = loose(b.URL), loose(b.MerchantURL)
		if b.MerchantURL == "" {
			p.MerchantURL = p.URL
		}
		return flowURL, p
	case message.Call:
		// apps dial what stands here, so it has to be international
		p.PhoneNumber = loose("+" + strings.TrimPrefix(b.PhoneNumber, "+"))
		return flowCall, p
	case message.Copy:
		p.CopyCode = loose(b.CopyCode)
		return flowCopy, p
	}
	return flowReply, p
}

func nativeFlowButton(name string, p flowParams) *waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton {
	return &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
		Name:             proto.String(name),
		ButtonParamsJSON: proto.String(marshal(p)),
	}
}

// messageParams stand beside the buttons in the form that was captured from businesses.
type messageParams struct {
	From       string `json:"from"`
	TemplateID string `json:"templateId"`
}

func buildFlow(i message.Interactive, buttons []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton, f *fresh) *waE2E.Message {
	m := &waE2E.InteractiveMessage{
		Body: &waE2E.InteractiveMessage_Body{Text: proto.String(i.Body)},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{
			NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{
				Buttons:           buttons,
				MessageParamsJSON: proto.String(marshal(messageParams{From: "api", TemplateID: f.uuid()})),
			},
		},
	}
	if i.Header != "" || i.Media != nil {
		m.Header = flowHeader(i.Header, i.Media)
	}
	if i.Footer != "" {
		m.Footer = &waE2E.InteractiveMessage_Footer{Text: proto.String(i.Footer)}
	}
	return &waE2E.Message{InteractiveMessage: m}
}

// flowHeader holds the media, or the title where there is no media: apps don't show both.
func flowHeader(title string, media *message.Media) *waE2E.InteractiveMessage_Header {
	h := &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(media != nil)}
	switch m := header(media).(type) {
	case *waE2E.ImageMessage:
		h.Media = &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: m}
	case *waE2E.VideoMessage:
		h.Media = &waE2E.InteractiveMessage_Header_VideoMessage{VideoMessage: m}
	case *waE2E.DocumentMessage:
		h.Media = &waE2E.InteractiveMessage_Header_DocumentMessage{DocumentMessage: m}
	default:
		h.Title = proto.String(title)
	}
	return h
}

// uuid returns a random UUID, version 4.
func (f *fresh) uuid() string {
	b := f.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// marshal writes parameters. Strings and structs of strings can always be written.
func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// readFlow reads a native flow. One button single_select is a list.
func readFlow(m *waE2E.InteractiveMessage) message.Content {
	buttons := m.GetNativeFlowMessage().GetButtons()
	if len(buttons) == 0 {
		if m.GetCarouselMessage() != nil {
			return readCarousel(m)
		}
		if m.GetInteractiveMessage() != nil && m.GetNativeFlowMessage() == nil {
			return message.Unknown{What: "interactiveMessage"} // a shop, a collection
		}
		return bodyOnly(m.GetBody().GetText(), "interactiveMessage")
	}
	i := message.Interactive{
		Header: clean(m.GetHeader().GetTitle()),
		Body:   clean(m.GetBody().GetText()),
		Footer: clean(m.GetFooter().GetText()),
	}
	if p := flowMedia(m.GetHeader()); p != nil {
		media := received(p)
		i.Media = &media
	}
	if len(buttons) == 1 && buttons[0].GetName() == flowSelect {
		i.Action = readFlowList(buttons[0].GetButtonParamsJSON())
		return i
	}
	i.Action = readFlowButtons(buttons)
	return i
}

func readFlowButtons(buttons []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton) message.Buttons {
	var list message.Buttons
	for _, b := range buttons {
		list = append(list, readFlowButton(b.GetName(), b.GetButtonParamsJSON()))
	}
	return list
}

// readFlowButton reads one button. A kind that has no name in the dialect keeps WhatsApp's.
func readFlowButton(name, params string) message.Button {
	p := readParams(params)
	b := message.Button{Title: string(p.DisplayText), ID: buttonID(string(p.ID))}
	switch name {
	case flowReply:
		b.Kind = message.QuickReply
	case flowURL:
		b.Kind, b.URL, b.MerchantURL = message.URL, string(p.URL), string(p.MerchantURL)
		if b.MerchantURL == b.URL {
			b.MerchantURL = ""
		}
	case flowCall:
		b.Kind, b.PhoneNumber = message.Call, strings.TrimPrefix(string(p.PhoneNumber), "+")
	case flowCopy:
		b.Kind, b.CopyCode = message.Copy, string(p.CopyCode)
	default:
		b.Kind = message.ButtonKind(clean(name))
	}
	return b
}
