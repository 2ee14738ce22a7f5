package phone_test

import (
	"encoding/json"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// The messages of this file are written by hand after what published captures of the wire show.

func biz(children ...waBinary.Node) waBinary.Node {
	return waBinary.Node{Tag: "biz", Content: children}
}

func flowNode(name string) waBinary.Node {
	version := "9"
	if name != "mixed" {
		version = "2"
	}
	return waBinary.Node{Tag: "interactive", Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"}, Content: []waBinary.Node{
		{Tag: "native_flow", Attrs: waBinary.Attrs{"v": version, "name": name}},
	}}
}

func listNode(kind string) waBinary.Node {
	return waBinary.Node{Tag: "list", Attrs: waBinary.Attrs{"v": "2", "type": kind}}
}

func stanza(nodes ...waBinary.Node) *waBinary.Node {
	return &waBinary.Node{Tag: "message", Attrs: waBinary.Attrs{"type": "text"}, Content: nodes}
}

func mixed() *waBinary.Node { return stanza(biz(flowNode("mixed"))) }

func fullContext() *waE2E.MessageContextInfo {
	return &waE2E.MessageContextInfo{
		DeviceListMetadata:        &waE2E.DeviceListMetadata{RecipientKeyHash: []byte("0123456789"), RecipientTimestamp: proto.Uint64(1726126124)},
		DeviceListMetadataVersion: proto.Int32(2),
		MessageSecret:             []byte("01234567890123456789012345678901"),
	}
}

func withCaption(m *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{
		MessageContextInfo:         fullContext(),
		DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m},
	}
}

func legacyButtons(titles ...string) *waE2E.ButtonsMessage {
	m := &waE2E.ButtonsMessage{
		HeaderType:  waE2E.ButtonsMessage_TEXT.Enum(),
		Header:      &waE2E.ButtonsMessage_Text{Text: "Header with text"},
		ContentText: proto.String("Body message"),
		FooterText:  proto.String("Footer message"),
	}
	for i, title := range titles {
		m.Buttons = append(m.Buttons, &waE2E.ButtonsMessage_Button{
			ButtonID:   proto.String("ButtonsV3:randomId" + string(rune('1'+i))),
			ButtonText: &waE2E.ButtonsMessage_Button_ButtonText{DisplayText: proto.String(title)},
			Type:       waE2E.ButtonsMessage_Button_RESPONSE.Enum(),
		})
	}
	return m
}

// quickReply is the help page's first request.
func quickReply() *waE2E.Message {
	return withCaption(&waE2E.Message{ButtonsMessage: legacyButtons("Button1", "Button2")})
}

type flowButton struct {
	name   string
	params map[string]string
}

func nativeFlow(buttons ...flowButton) *waE2E.InteractiveMessage {
	flow := &waE2E.InteractiveMessage_NativeFlowMessage{MessageParamsJSON: proto.String("{}")}
	for _, b := range buttons {
		params, _ := json.Marshal(b.params)
		flow.Buttons = append(flow.Buttons, &waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
			Name: proto.String(b.name), ButtonParamsJSON: proto.String(string(params)),
		})
	}
	return &waE2E.InteractiveMessage{
		Header:             &waE2E.InteractiveMessage_Header{Title: proto.String("Header with text"), HasMediaAttachment: proto.Bool(false)},
		Body:               &waE2E.InteractiveMessage_Body{Text: proto.String("Body message")},
		Footer:             &waE2E.InteractiveMessage_Footer{Text: proto.String("Footer message")},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{NativeFlowMessage: flow},
	}
}

func bare(m *waE2E.InteractiveMessage) *waE2E.Message { return &waE2E.Message{InteractiveMessage: m} }

func replyButton() flowButton {
	return flowButton{"quick_reply", map[string]string{"display_text": "Yes", "id": "ButtonsV3:b1"}}
}

func urlButton() flowButton {
	return flowButton{"cta_url", map[string]string{"display_text": "Look at the website", "url": "https://whapi.cloud", "merchant_url": "https://whapi.cloud"}}
}

func callButton() flowButton {
	return flowButton{"cta_call", map[string]string{"display_text": "Call us", "phone_number": "+61371989950"}}
}

func copyButton() flowButton {
	return flowButton{"cta_copy", map[string]string{"display_text": "Copy OTP", "copy_code": "65545"}}
}

func burgers() *waE2E.ListMessage {
	return &waE2E.ListMessage{
		Title: proto.String("Header with text"), Description: proto.String("Body message"), FooterText: proto.String("Footer message"),
		ButtonText: proto.String("Pick a hamburger!"),
		ListType:   waE2E.ListMessage_SINGLE_SELECT.Enum(),
		Sections: []*waE2E.ListMessage_Section{{
			Title: proto.String("What's your favorite hamburger?"),
			Rows: []*waE2E.ListMessage_Row{
				{RowID: proto.String("ListV3:r1"), Title: proto.String("Hamburger without cheese"), Description: proto.String("plain")},
				{RowID: proto.String("ListV3:r2"), Title: proto.String("Cheeseburger")},
			},
		}},
	}
}

func burgersMessage() *waE2E.Message { return &waE2E.Message{ListMessage: burgers()} }

func listStanza() *waBinary.Node { return stanza(biz(listNode("product_list"))) }

func carousel(media bool) *waE2E.InteractiveMessage {
	card := func(b flowButton) *waE2E.InteractiveMessage {
		c := nativeFlow(b)
		c.Header = &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(media)}
		c.Body.Text, c.Footer = proto.String("Card text"), nil
		if media {
			c.Header.Media = &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: picture()}
		}
		return c
	}
	return &waE2E.InteractiveMessage{
		Header: &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(false)},
		Body:   &waE2E.InteractiveMessage_Body{Text: proto.String("Sale")},
		InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{CarouselMessage: &waE2E.InteractiveMessage_CarouselMessage{
			Cards: []*waE2E.InteractiveMessage{card(urlButton()), card(replyButton())},
		}},
	}
}

func picture() *waE2E.ImageMessage {
	return &waE2E.ImageMessage{
		Mimetype: proto.String("image/jpeg"), FileLength: proto.Uint64(5), FileSHA256: []byte{0xab, 0xcd},
		JPEGThumbnail: []byte{0xff, 0xd8}, Width: proto.Uint32(64), Height: proto.Uint32(48),
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
