package wire_test

import (
	"reflect"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// cites is a context that cites our message 3EB0AA, with what the app repeated of it.
func cites(quoted *waE2E.Message) *waE2E.ContextInfo {
	return &waE2E.ContextInfo{StanzaID: proto.String("3EB0AA"), Participant: proto.String("919984351847@s.whatsapp.net"), QuotedMessage: quoted}
}

func quoting(c message.Content) *wire.Quote {
	return &wire.Quote{Stanza: "3EB0AA", Participant: "919984351847@s.whatsapp.net", Content: c}
}

func future(m *waE2E.Message) *waE2E.FutureProofMessage { return &waE2E.FutureProofMessage{Message: m} }

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(s)} }

func flowAnswer(name, params, body string, c *waE2E.ContextInfo) *waE2E.Message {
	return &waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{
		Body:        &waE2E.InteractiveResponseMessage_Body{Text: proto.String(body)},
		ContextInfo: c,
		InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{
			NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{
				Name: proto.String(name), ParamsJSON: proto.String(params), Version: proto.Int32(3),
			},
		},
	}}
}

func buttonReply(id, title string) message.Reply {
	return message.Reply{To: message.ButtonsReply, ID: id, Title: title}
}

func cardReply(card, button int, id, title string) message.Reply {
	return message.Reply{To: message.ButtonsReply, ID: id, Title: title, Card: &card, Button: &button}
}

// placed is a reply of which the app told the place of the button.
func placed(button int, r message.Reply) message.Reply {
	r.Button = &button
	return r
}

func TestDecodeTaps(t *testing.T) {
	sent := encode(t, quickReplies, wire.Options{}).Message
	sentFlow := encode(t, quickReplies, wire.Options{Recipe: "r2x"}).Message
	sentList := encode(t, list, wire.Options{}).Message
	sentFlowList := encode(t, list, wire.Options{Group: true}).Message
	sentCards := encode(t, cards, wire.Options{}).Message
	readCards := onWire(cards).(message.Carousel)
	for i := range readCards.Cards {
		readCards.Cards[i].Media.Thumbnail = nil // of a quote
	}
	template := func(index, card *uint32, id, title string, c *waE2E.ContextInfo) *waE2E.Message {
		return &waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{
			SelectedID: proto.String(id), SelectedDisplayText: proto.String(title), SelectedIndex: index, SelectedCarouselCardIndex: card, ContextInfo: c,
		}}
	}
	tests := []struct {
		name string
		in   *waE2E.Message
		want wire.Decoded
	}{
		{"legacy button, phone", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("ButtonsV3:randomId1"),
			Response:         &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Button1"},
			Type:             waE2E.ButtonsResponseMessage_DISPLAY_TEXT.Enum(),
			ContextInfo:      cites(sent.GetDocumentWithCaptionMessage().GetMessage()),
		}}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		{"legacy button, the quote still wrapped", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("ButtonsV3:randomId2"), ContextInfo: cites(&waE2E.Message{EphemeralMessage: future(sent)}),
		}}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId2", "Button2"), Quote: quoting(quickReplies)}},
		{"legacy button, Web repeats the body as a button message", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("ButtonsV3:randomId2"),
			Response:         &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Button2"},
			ContextInfo:      cites(&waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{ContentText: proto.String("Body message")}}),
		}}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId2", "Button2"), Quote: quoting(message.Text{Body: "Body message"})}},
		{"legacy button, Web repeats the body as text", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("ButtonsV3:randomId2"), ContextInfo: cites(text("Body message")),
		}}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId2", ""), Quote: quoting(message.Text{Body: "Body message"})}},
		{"legacy button, nothing repeated", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("b1"), ContextInfo: cites(nil),
		}}, wire.Decoded{Content: buttonReply("b1", ""), Quote: quoting(nil)}},
		{"legacy button, nothing cited", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
			SelectedButtonID: proto.String("b1"), ContextInfo: &waE2E.ContextInfo{IsForwarded: proto.Bool(true)},
		}}, wire.Decoded{Content: buttonReply("b1", "")}},

		{"native button on Web", template(proto.Uint32(0), nil, "ButtonsV3:randomId1", "Button1", cites(sentFlow)),
			wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		{"native button on Web without an id, first place", template(proto.Uint32(0), nil, "", "", cites(sentFlow)),
			wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		{"native button on Web without an id, no place", template(nil, nil, "", "Button1", cites(sentFlow)),
			wire.Decoded{Content: buttonReply("", "Button1"), Quote: quoting(quickReplies)}},
		{"native button on Web without an id, place of nothing", template(proto.Uint32(2), nil, "", "Button1", cites(sentFlow)),
			wire.Decoded{Content: placed(2, buttonReply("", "Button1")), Quote: quoting(quickReplies)}},
		{"native button on Web without an id, Web repeats the body", template(proto.Uint32(1), nil, "", "Button2", cites(text("Body message"))),
			wire.Decoded{Content: placed(1, buttonReply("", "Button2")), Quote: quoting(message.Text{Body: "Body message"})}},
		{"native button on Web with an id and a place", template(proto.Uint32(1), nil, "ButtonsV3:randomId2", "Button2", cites(nil)),
			wire.Decoded{Content: buttonReply("ButtonsV3:randomId2", "Button2"), Quote: quoting(nil)}},
		{"carousel button on Web without an id", template(proto.Uint32(0), proto.Uint32(0), "", "Button1", cites(sentFlow)),
			wire.Decoded{Content: cardReply(0, 0, "", "Button1"), Quote: quoting(quickReplies)}},
		{"carousel button on Web", template(proto.Uint32(1), proto.Uint32(1), "ButtonsV3:z", "Third", cites(text("Look"))),
			wire.Decoded{Content: cardReply(1, 1, "ButtonsV3:z", "Third"), Quote: quoting(message.Text{Body: "Look"})}},
		{"carousel button on Web without an id, the cards repeated", template(proto.Uint32(1), proto.Uint32(1), "", "", cites(sentCards)),
			wire.Decoded{Content: cardReply(1, 1, "ButtonsV3:z", "Third"), Quote: quoting(readCards)}},
		{"carousel button on Web, a card that is not there", template(proto.Uint32(0), proto.Uint32(7), "", "", cites(sentCards)),
			wire.Decoded{Content: cardReply(7, 0, "", ""), Quote: quoting(readCards)}},
		{"carousel button on Web, a place beyond all", template(proto.Uint32(1<<31), proto.Uint32(1<<31), "ButtonsV3:z", "", nil),
			wire.Decoded{Content: buttonReply("ButtonsV3:z", "")}},
		{"carousel button on Android, title from the quote", flowAnswer("quick_reply", `{"id":"ButtonsV3:y"}`, "", cites(sentCards)),
			wire.Decoded{Content: buttonReply("ButtonsV3:y", "Second"), Quote: quoting(readCards)}},

		{"native button on Android", flowAnswer("quick_reply", `{"id":"ButtonsV3:randomId1","display_text":"x"}`, "Button1", cites(sentFlow)),
			wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		{"title from display_text", flowAnswer("quick_reply", `{"id":"b","display_text":"Yes"}`, "", nil), wire.Decoded{Content: buttonReply("b", "Yes")}},
		{"title from title", flowAnswer("quick_reply", `{"id":"b","title":"Yes"}`, "", nil), wire.Decoded{Content: buttonReply("b", "Yes")}},
		{"title from the quote", flowAnswer("quick_reply", `{"id":"ButtonsV3:randomId2"}`, "", cites(sentFlow)),
			wire.Decoded{Content: buttonReply("ButtonsV3:randomId2", "Button2"), Quote: quoting(quickReplies)}},
		{"id as a number", flowAnswer("quick_reply", `{"id":17,"display_text":["?"]}`, "Yes", nil), wire.Decoded{Content: buttonReply("17", "Yes")}},
		{"parameters that are no JSON", flowAnswer("quick_reply", `{"id":`, "Yes", nil), wire.Decoded{Content: buttonReply("", "Yes")}},
		{"parameters beyond what clients read", flowAnswer("quick_reply", `{"id":"b","x":"`+strings.Repeat("x", 262144)+`"}`, "Yes", nil),
			wire.Decoded{Content: buttonReply("", "Yes")}},
		{"answer of a form", flowAnswer("flow", `{"flow_token":"t"}`, "Sent", cites(nil)),
			wire.Decoded{Content: message.Unknown{What: "interactiveResponseMessage"}, Quote: quoting(nil)}},
		{"answer without anything", flowAnswer("quick_reply", ``, "", nil), wire.Decoded{Content: message.Unknown{What: "interactiveResponseMessage"}}},

		{"row", &waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
			Title: proto.String("Hamburger without cheese"), Description: proto.String(`often referred to as a "plain" burger.`),
			ListType:          waE2E.ListResponseMessage_SINGLE_SELECT.Enum(),
			SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String("ListV3:r1")},
			ContextInfo:       cites(sentList),
		}}, wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Hamburger without cheese",
			Description: `often referred to as a "plain" burger.`}, Quote: quoting(list)}},
		{"row with title and description from the quote", &waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
			SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String("ListV3:r1")}, ContextInfo: cites(sentList),
		}}, wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Hamburger without cheese",
			Description: `often referred to as a "plain" burger.`}, Quote: quoting(list)}},
		{"row of a native list", flowAnswer("menu_options", `{"id":"ListV3:r2","title":"Cheeseburger","description":"d"}`, "", cites(sentFlowList)),
			wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "ListV3:r2", Title: "Cheeseburger", Description: "d"}, Quote: quoting(list)}},
		{"row named single_select", flowAnswer("single_select", `{"id":"x"}`, "X", nil),
			wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "x", Title: "X"}}},
		{"row told by its prefix", flowAnswer("quick_reply", `{"id":"ListV3:x"}`, "X", nil),
			wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "ListV3:x", Title: "X"}}},
		{"row told by the quote", flowAnswer("quick_reply", `{"id":"x"}`, "X", cites(sentFlowList)),
			wire.Decoded{Content: message.Reply{To: message.ListReply, ID: "x", Title: "X"}, Quote: quoting(list)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantDecoded(t, tt.in, tt.want) })
	}
}

// Whatever an app puts around an answer, and around what the answer cites, it says the same.
func TestDecodeTapsInWrappers(t *testing.T) {
	sent := encode(t, quickReplies, wire.Options{Recipe: "r2x"}).Message
	sentList := encode(t, list, wire.Options{}).Message
	picked := message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Hamburger without cheese", Description: `often referred to as a "plain" burger.`}
	answers := map[string]struct {
		in   func(of func(*waE2E.Message) *waE2E.Message) *waE2E.Message
		want wire.Decoded
	}{
		"buttonsResponse": {func(of func(*waE2E.Message) *waE2E.Message) *waE2E.Message {
			return &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{SelectedButtonID: proto.String("ButtonsV3:randomId1"), ContextInfo: cites(of(sent))}}
		}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		"templateButtonReply": {func(of func(*waE2E.Message) *waE2E.Message) *waE2E.Message {
			return &waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedIndex: proto.Uint32(0), ContextInfo: cites(of(sent))}}
		}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		"interactiveResponse": {func(of func(*waE2E.Message) *waE2E.Message) *waE2E.Message {
			return flowAnswer("quick_reply", `{"id":"ButtonsV3:randomId1"}`, "", cites(of(sent)))
		}, wire.Decoded{Content: buttonReply("ButtonsV3:randomId1", "Button1"), Quote: quoting(quickReplies)}},
		"listResponse": {func(of func(*waE2E.Message) *waE2E.Message) *waE2E.Message {
			return &waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
				SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String("ListV3:r1")}, ContextInfo: cites(of(sentList))}}
		}, wire.Decoded{Content: picked, Quote: quoting(list)}},
	}
	wrappers := map[string]func(*waE2E.Message) *waE2E.Message{
		"nothing":                  func(m *waE2E.Message) *waE2E.Message { return m },
		"disappearing":             func(m *waE2E.Message) *waE2E.Message { return &waE2E.Message{EphemeralMessage: future(m)} },
		"view once":                func(m *waE2E.Message) *waE2E.Message { return &waE2E.Message{ViewOnceMessage: future(m)} },
		"view once, version 2":     func(m *waE2E.Message) *waE2E.Message { return &waE2E.Message{ViewOnceMessageV2: future(m)} },
		"view once, its extension": func(m *waE2E.Message) *waE2E.Message { return &waE2E.Message{ViewOnceMessageV2Extension: future(m)} },
		"with caption":             func(m *waE2E.Message) *waE2E.Message { return &waE2E.Message{DocumentWithCaptionMessage: future(m)} },
		"own copy": func(m *waE2E.Message) *waE2E.Message {
			return &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{DestinationJID: proto.String("61371989950@s.whatsapp.net"), Message: m}}
		},
		"own copy, disappearing": func(m *waE2E.Message) *waE2E.Message {
			return &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: &waE2E.Message{EphemeralMessage: future(m)}}}
		},
	}
	for name, a := range answers {
		for around, wrap := range wrappers {
			t.Run(name+", "+around, func(t *testing.T) {
				wantDecoded(t, wrap(a.in(func(m *waE2E.Message) *waE2E.Message { return m })), a.want)
				wantDecoded(t, a.in(wrap), a.want)
			})
		}
	}
}

func wantDecoded(t *testing.T, in *waE2E.Message, want wire.Decoded) {
	t.Helper()
	got := wire.Decode(in)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Decode:\n got %#v, quote %+v\nwant %#v, quote %+v", got.Content, got.Quote, want.Content, want.Quote)
	}
}

func TestDecode(t *testing.T) {
	deep := text("deep")
	for range 9 {
		deep = &waE2E.Message{ViewOnceMessage: future(deep)}
	}
	number := (&waE2E.Message{}).ProtoReflect()
	number.SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 999, protowire.BytesType), []byte("x")))
	protocol := func(t waE2E.ProtocolMessage_Type) *waE2E.Message {
		return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: t.Enum(), Key: &waCommon.MessageKey{ID: proto.String("x")}}}
	}
	info := &waE2E.MessageContextInfo{MessageSecret: make([]byte, 32)}
	tests := []struct {
		name string
		in   *waE2E.Message
		want wire.Decoded
	}{
		{"text", text("hi"), wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"text with a secret", &waE2E.Message{Conversation: proto.String("hi"), MessageContextInfo: info}, wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"extended text that cites", &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("hi"), ContextInfo: cites(text("first"))}},
			wire.Decoded{Content: message.Text{Body: "hi"}, Quote: quoting(message.Text{Body: "first"})}},
		{"text that cites an image", &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("hi"),
			ContextInfo: cites(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{}})}},
			wire.Decoded{Content: message.Text{Body: "hi"}, Quote: quoting(message.Media{As: message.Image})}},
		{"text of other bytes", text("a\x00b\xffc"), wire.Decoded{Content: message.Text{Body: "a\uFFFDb\uFFFDc"}}},
		{"disappearing", &waE2E.Message{EphemeralMessage: future(text("hi"))}, wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"view once", &waE2E.Message{ViewOnceMessageV2: future(text("hi"))}, wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"with caption", &waE2E.Message{DocumentWithCaptionMessage: future(text("hi"))}, wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"own copy in three wrappers", &waE2E.Message{MessageContextInfo: info, DeviceSentMessage: &waE2E.DeviceSentMessage{
			DestinationJID: proto.String("61371989950@s.whatsapp.net"),
			Message:        &waE2E.Message{EphemeralMessage: future(&waE2E.Message{ViewOnceMessage: future(text("hi"))})}}},
			wire.Decoded{Content: message.Text{Body: "hi"}}},
		{"deeper than any app", deep, wire.Decoded{Content: message.Unknown{What: "viewOnceMessage"}}},
		{"empty wrapper", &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{}}, wire.Decoded{Content: message.Unknown{What: "ephemeralMessage"}}},
		{"text beside a key", &waE2E.Message{Conversation: proto.String("hi"), SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}},
			wire.Decoded{Content: message.Text{Body: "hi"}}},

		{"image that cites", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{ContextInfo: cites(nil)}},
			wire.Decoded{Content: message.Media{As: message.Image}, Quote: quoting(nil)}},
		{"order", &waE2E.Message{OrderMessage: &waE2E.OrderMessage{}}, wire.Decoded{Content: message.Unknown{What: "orderMessage"}}},
		{"reaction to nothing", &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{}}, wire.Decoded{Content: message.Unknown{What: "reaction"}}},
		{"reaction", &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Text: proto.String("👍"),
			Key: &waCommon.MessageKey{ID: proto.String("x"), FromMe: proto.Bool(true), Participant: proto.String("61371989950@s.whatsapp.net")}}},
			wire.Decoded{Content: message.Change{Did: message.Reaction, Emoji: "👍"}, Target: &wire.Target{Stanza: "x", FromMe: true, Participant: "61371989950@s.whatsapp.net"}}},
		{"a field newer than this program", number.Interface().(*waE2E.Message), wire.Decoded{Content: message.Unknown{What: "field 999"}}},
		{"deleted", protocol(waE2E.ProtocolMessage_REVOKE), wire.Decoded{Content: message.Change{Did: message.Revoked}, Target: &wire.Target{Stanza: "x"}}},
		{"edited, to what nobody knows", &waE2E.Message{EditedMessage: future(protocol(waE2E.ProtocolMessage_MESSAGE_EDIT))},
			wire.Decoded{Content: message.Change{Did: message.Edited}, Target: &wire.Target{Stanza: "x"}}},
		{"edited", &waE2E.Message{EditedMessage: future(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: proto.String("x"), FromMe: proto.Bool(true)},
			EditedMessage: &waE2E.Message{EphemeralMessage: future(text("new"))}}})},
			wire.Decoded{Content: message.Change{Did: message.Edited, Content: message.Text{Body: "new"}}, Target: &wire.Target{Stanza: "x", FromMe: true}}},
		{"edited to a change", &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: proto.String("x")}, EditedMessage: protocol(waE2E.ProtocolMessage_REVOKE)}},
			wire.Decoded{Content: message.Change{Did: message.Edited}, Target: &wire.Target{Stanza: "x"}}},
		{"deleted, but not what", &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum()}},
			wire.Decoded{Content: message.Unknown{What: "delete"}}},
		{"between apps, without a type", &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Key: &waCommon.MessageKey{ID: proto.String("x")}}}, wire.Decoded{Skip: true}},
		{"history of the account", protocol(waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION), wire.Decoded{Skip: true}},
		{"key distribution", &waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}, MessageContextInfo: info}, wire.Decoded{Skip: true}},
		{"empty", &waE2E.Message{}, wire.Decoded{Skip: true}},
		{"nothing", nil, wire.Decoded{Skip: true}},

		{"carousel of which the body is left", &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: proto.String("b")},
			InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{CarouselMessage: &waE2E.InteractiveMessage_CarouselMessage{}}}},
			wire.Decoded{Content: message.Text{Body: "b"}}},
		{"shop", &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: proto.String("b")},
			InteractiveMessage: &waE2E.InteractiveMessage_ShopStorefrontMessage{ShopStorefrontMessage: &waE2E.InteractiveMessage_ShopMessage{}}}},
			wire.Decoded{Content: message.Unknown{What: "interactiveMessage"}}},
		{"list of products", &waE2E.Message{ListMessage: &waE2E.ListMessage{Description: proto.String("b"), ProductListInfo: &waE2E.ListMessage_ProductListInfo{}}},
			wire.Decoded{Content: message.Unknown{What: "listMessage"}}},
		{"list of which the body is left", &waE2E.Message{ListMessage: &waE2E.ListMessage{Description: proto.String("b")}},
			wire.Decoded{Content: message.Text{Body: "b"}}},
		{"native flow of which the body is left", &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: proto.String("b")}}},
			wire.Decoded{Content: message.Text{Body: "b"}}},
		{"buttons of which nothing is left", &waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{}}, wire.Decoded{Content: message.Unknown{What: "buttonsMessage"}}},
		{"button of a kind without a name here", &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
			Body: &waE2E.InteractiveMessage_Body{Text: proto.String("b")},
			InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{
				Buttons: []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
					{Name: proto.String("send_location"), ButtonParamsJSON: proto.String(`{"display_text":"Where?"}`)}}}}}},
			wire.Decoded{Content: message.Interactive{Body: "b", Action: message.Buttons{{Kind: "send_location", Title: "Where?"}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantDecoded(t, tt.in, tt.want) })
	}
}
