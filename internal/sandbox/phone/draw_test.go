package phone_test

import (
	"encoding/json"
	"strings"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox/phone"
)

func platforms() []phone.Platform { return []phone.Platform{phone.Android, phone.IOS, phone.Web} }

// tappable reports whether every button, or the rows, can be pressed.
func tappable(d phone.Drawing) bool {
	if len(d.Sections) > 0 {
		return d.RowsTappable
	}
	n := 0
	for _, b := range d.Buttons {
		if !b.Tappable {
			return false
		}
		n++
	}
	for _, c := range d.Cards {
		for _, b := range c.Buttons {
			if !b.Tappable {
				return false
			}
			n++
		}
	}
	return n > 0
}

// The four kinds of request on the help page have to be drawn and tappable everywhere in a private chat.
func TestDrawHelpPage(t *testing.T) {
	for _, tc := range []struct {
		name   string
		raw    *waE2E.Message
		stanza *waBinary.Node
		kind   string
	}{
		{"quick reply", quickReply(), mixed(), phone.KindButtons},
		{"call and url", bare(nativeFlow(callButton(), urlButton())), mixed(), phone.KindButtons},
		{"copy", bare(nativeFlow(copyButton())), mixed(), phone.KindButtons},
		{"list", withCaption(&waE2E.Message{ListMessage: burgers()}), listStanza(), phone.KindList},
	} {
		for _, platform := range platforms() {
			t.Run(tc.name+" on "+string(platform), func(t *testing.T) {
				d := phone.Draw(tc.raw, tc.stanza, platform, false)
				if !d.Drawn || !tappable(d) || d.Kind != tc.kind {
					t.Fatalf("drawn %v, tappable %v, kind %q; want drawn, tappable, %q: %q", d.Drawn, tappable(d), d.Kind, tc.kind, d.Warnings)
				}
				if d.Header != "Header with text" || d.Body != "Body message" || d.Footer != "Footer message" {
					t.Errorf("texts %q, %q, %q", d.Header, d.Body, d.Footer)
				}
				// Only the call button on the web client is known to be of doubt.
				if doubtful := tc.name == "call and url" && platform == phone.Web; (len(d.Warnings) > 0) != doubtful {
					t.Errorf("warnings %q, doubtful %v", d.Warnings, doubtful)
				}
			})
		}
	}
}

func TestDrawReadsWhatStandsOnTheWire(t *testing.T) {
	d := phone.Draw(quickReply(), mixed(), phone.Android, false)
	want := []phone.Button{
		{Kind: "quick_reply", Title: "Button1", ID: "ButtonsV3:randomId1", Tappable: true},
		{Kind: "quick_reply", Title: "Button2", ID: "ButtonsV3:randomId2", Tappable: true},
	}
	if len(d.Buttons) != 2 || d.Buttons[0] != want[0] || d.Buttons[1] != want[1] {
		t.Errorf("buttons %+v, want %+v", d.Buttons, want)
	}
	d = phone.Draw(bare(nativeFlow(callButton(), urlButton())), mixed(), phone.Android, false)
	want = []phone.Button{
		{Kind: "call", Title: "Call us", PhoneNumber: "+61371989950", Tappable: true},
		{Kind: "url", Title: "Look at the website", URL: "https://whapi.cloud", Tappable: true},
	}
	if len(d.Buttons) != 2 || d.Buttons[0] != want[0] || d.Buttons[1] != want[1] {
		t.Errorf("buttons %+v, want %+v", d.Buttons, want)
	}
	d = phone.Draw(bare(nativeFlow(copyButton())), mixed(), phone.Android, false)
	if len(d.Buttons) != 1 || d.Buttons[0] != (phone.Button{Kind: "copy", Title: "Copy OTP", CopyCode: "65545", Tappable: true}) {
		t.Errorf("buttons %+v", d.Buttons)
	}
	d = phone.Draw(&waE2E.Message{ListMessage: burgers()}, listStanza(), phone.Android, false)
	if d.Label != "Pick a hamburger!" || len(d.Sections) != 1 || d.Sections[0].Title != "What's your favorite hamburger?" ||
		len(d.Sections[0].Rows) != 2 || d.Sections[0].Rows[0] != (phone.Row{ID: "ListV3:r1", Title: "Hamburger without cheese", Description: "plain"}) {
		t.Errorf("list %q %+v", d.Label, d.Sections)
	}
	d = phone.Draw(bare(carousel(true)), mixed(), phone.Android, false)
	if d.Kind != "carousel" || d.Body != "Sale" || len(d.Cards) != 2 || d.Cards[0].Media == nil || d.Cards[0].Media.SHA256 != "abcd" ||
		d.Cards[0].Buttons[0].Kind != "url" || d.Cards[1].Buttons[0].ID != "ButtonsV3:b1" || d.Cards[1].Body != "Card text" {
		t.Errorf("carousel %+v", d.Content)
	}
}

// Cells of the published rendering matrix, and the stanza rules.
func TestDrawVerdicts(t *testing.T) {
	viewOnce := func(m *waE2E.Message) *waE2E.Message {
		return &waE2E.Message{ViewOnceMessage: &waE2E.FutureProofMessage{Message: m}}
	}
	image := legacyButtons("Point 1", "Point 2", "Point 3")
	image.HeaderType, image.Header = waE2E.ButtonsMessage_IMAGE.Enum(), &waE2E.ButtonsMessage_ImageMessage{ImageMessage: picture()}
	productList := burgers()
	productList.ListType = waE2E.ListMessage_PRODUCT_LIST.Enum()
	imageFlow := nativeFlow(urlButton())
	imageFlow.Header = &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(true), Media: &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: picture()}}
	version3 := nativeFlow(replyButton())
	version3.GetNativeFlowMessage().MessageVersion = proto.Int32(3)
	partial := quickReply()
	partial.MessageContextInfo.DeviceListMetadata = nil
	selectFlow := nativeFlow(flowButton{"single_select", nil})
	selectFlow.GetNativeFlowMessage().Buttons[0].ButtonParamsJSON = proto.String(`{"title":"Pick","sections":[{"title":"S","rows":[{"title":"R","description":"D","id":"ListV3:r1"}]}]}`)
	broken := nativeFlow(replyButton())
	broken.GetNativeFlowMessage().Buttons[0].ButtonParamsJSON = proto.String(`{"display_text":"Yes"`)
	template := &waE2E.Message{TemplateMessage: &waE2E.TemplateMessage{HydratedTemplate: &waE2E.TemplateMessage_HydratedFourRowTemplate{
		HydratedContentText: proto.String("Body"),
		HydratedButtons: []*waE2E.HydratedTemplateButton{{HydratedButton: &waE2E.HydratedTemplateButton_QuickReplyButton{
			QuickReplyButton: &waE2E.HydratedTemplateButton_HydratedQuickReplyButton{DisplayText: proto.String("Yes"), ID: proto.String("b1")}}}},
	}}}

	const (
		drawn, disabled, nothing = "drawn", "disabled", "nothing"
		warned                   = " with warning"
	)
	reply, replies := bare(nativeFlow(replyButton())), bare(nativeFlow(replyButton(), urlButton()))
	for _, tc := range []struct {
		name              string
		raw               *waE2E.Message
		stanza            *waBinary.Node
		group             bool
		android, ios, web string
	}{
		{"no biz node, legacy buttons", quickReply(), stanza(), false, nothing, nothing, nothing},
		{"no biz node, native flow", reply, stanza(), false, nothing, nothing, nothing},
		{"no biz node, carousel", bare(carousel(true)), stanza(), false, nothing, nothing, nothing},
		{"no biz node, list", &waE2E.Message{ListMessage: burgers()}, stanza(), false, nothing, nothing, nothing},
		{"no stanza", quickReply(), nil, false, nothing, nothing, nothing},
		{"literal native flow name", reply, stanza(biz(flowNode("quick_reply"))), false, nothing, nothing, nothing},
		{"literal native flow name, copy", bare(nativeFlow(copyButton())), stanza(biz(flowNode("cta_copy"))), false, nothing, nothing, nothing},
		{"named native flow", bare(nativeFlow(urlButton())), stanza(biz(flowNode("cta_url"))), false, drawn, drawn, drawn},
		{"buttons node", quickReply(), stanza(biz(waBinary.Node{Tag: "buttons"})), false, nothing, nothing, nothing},
		{"interactive without native flow", reply, stanza(biz(waBinary.Node{Tag: "interactive", Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"}})), false, nothing, nothing, nothing},
		{"two biz nodes", quickReply(), stanza(biz(flowNode("mixed")), biz(flowNode("mixed"))), false, drawn + warned, drawn + warned, drawn + warned},
		{"list node for buttons", quickReply(), listStanza(), false, nothing, nothing, nothing},
		{"native flow node for a list", &waE2E.Message{ListMessage: burgers()}, mixed(), false, nothing, nothing, nothing},
		{"list node single_select", &waE2E.Message{ListMessage: burgers()}, stanza(biz(listNode("single_select"))), false, nothing, nothing, nothing},
		{"list of products", &waE2E.Message{ListMessage: productList}, listStanza(), false, nothing, nothing, nothing},
		{"list in a group", withCaption(&waE2E.Message{ListMessage: burgers()}), listStanza(), true, nothing, nothing, nothing},
		{"legacy buttons with image", withCaption(&waE2E.Message{ButtonsMessage: image}), mixed(), false, drawn, drawn, drawn},
		{"legacy buttons, bare", &waE2E.Message{ButtonsMessage: legacyButtons("A")}, mixed(), false, drawn, drawn, drawn + warned},
		{"legacy buttons in view once", viewOnce(&waE2E.Message{ButtonsMessage: legacyButtons("A")}), mixed(), false, drawn, drawn, nothing},
		{"legacy buttons in a group", quickReply(), mixed(), true, drawn + warned, drawn + warned, drawn + warned},
		{"legacy buttons, partial metadata", partial, mixed(), false, drawn, disabled, drawn},
		{"native flow replies", reply, mixed(), false, drawn, disabled, drawn},
		{"native flow replies in a group", reply, mixed(), true, drawn, disabled, drawn + warned},
		{"native flow in view once", viewOnce(reply), mixed(), false, drawn, disabled, nothing},
		{"native flow with caption wrapper", withCaption(reply), mixed(), false, drawn + warned, disabled, nothing},
		{"native flow version 3", bare(version3), mixed(), false, drawn + warned, disabled, nothing},
		{"url with image", bare(imageFlow), mixed(), false, drawn, drawn + warned, drawn},
		{"reply beside url", replies, mixed(), false, drawn, disabled, nothing},
		{"reply beside url in a group", replies, mixed(), true, drawn, nothing, nothing},
		{"native flow list", bare(selectFlow), mixed(), false, drawn, nothing, disabled},
		{"carousel", bare(carousel(true)), mixed(), false, drawn, disabled, drawn},
		{"carousel in a group", bare(carousel(true)), mixed(), true, drawn, disabled, drawn + warned},
		{"carousel without media", bare(carousel(false)), mixed(), false, drawn + warned, disabled, drawn + warned},
		{"carousel in view once", viewOnce(bare(carousel(true))), mixed(), false, drawn, nothing, drawn + warned},
		{"hydrated template", template, stanza(), false, nothing, drawn, drawn},
		{"bot node", reply, stanza(biz(flowNode("mixed")), waBinary.Node{Tag: "bot"}), false, drawn + warned, disabled, disabled},
		{"broken parameters", bare(broken), mixed(), false, nothing, nothing, nothing},
	} {
		for i, want := range []string{tc.android, tc.ios, tc.web} {
			platform := platforms()[i]
			t.Run(tc.name+" on "+string(platform), func(t *testing.T) {
				d := phone.Draw(tc.raw, tc.stanza, platform, tc.group)
				got := nothing
				switch {
				case d.Drawn && tappable(d):
					got = drawn
					if len(d.Warnings) > 0 {
						got += warned
					}
				case d.Drawn:
					got = disabled
				}
				if got != want {
					t.Errorf("got %s, want %s: %q", got, want, d.Warnings)
				}
				if got != drawn && len(d.Warnings) == 0 {
					t.Error("no warning says why")
				}
				if d.Warnings == nil || d.Content.Kind == "" {
					t.Errorf("warnings nil %v, kind %q", d.Warnings == nil, d.Content.Kind)
				}
			})
		}
	}
}

func TestDrawPhonesShowThreeLegacyButtons(t *testing.T) {
	raw := withCaption(&waE2E.Message{ButtonsMessage: legacyButtons("A", "B", "C", "D")})
	for platform, want := range map[phone.Platform]int{phone.Android: 3, phone.IOS: 3, phone.Web: 4} {
		d := phone.Draw(raw, mixed(), platform, false)
		if len(d.Buttons) != want || !d.Drawn {
			t.Errorf("%s draws %d buttons, want %d", platform, len(d.Buttons), want)
		}
	}
}

func TestDrawSaysWhyNothingIsShown(t *testing.T) {
	d := phone.Draw(quickReply(), stanza(), phone.Android, false)
	if d.Drawn || len(d.Warnings) == 0 || d.Warnings[0] != "no biz node: WhatsApp accepts this and shows nothing" {
		t.Errorf("drawn %v, warnings %q", d.Drawn, d.Warnings)
	}
	if d.Body != "Body message" || len(d.Buttons) != 2 || d.Buttons[0].Tappable {
		t.Errorf("the content is kept, and nothing of it can be pressed: %+v", d.Content)
	}
}

// The keys that the control API names are there for every message, lists never null.
func TestMessageKeys(t *testing.T) {
	d := phone.Draw(&waE2E.Message{Conversation: proto.String("Hello")}, stanza(), phone.Android, false)
	text := must(json.Marshal(phone.Message{Content: d.Content, Warnings: d.Warnings, Drawn: d.Drawn}))(t)
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "chat", "from", "kind", "header", "body", "footer", "buttons", "label", "sections", "cards", "media", "drawn", "warnings"} {
		v, ok := got[key]
		if !ok || (v == nil && key != "media") {
			t.Errorf("%s: %v, there %v", key, v, ok)
		}
	}
}

func TestDrawPlain(t *testing.T) {
	for _, tc := range []struct {
		name       string
		raw        *waE2E.Message
		kind, body string
		drawn      bool
	}{
		{"text", &waE2E.Message{Conversation: proto.String("Hello")}, "text", "Hello", true},
		{"extended text", &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("Hi")}}, "text", "Hi", true},
		{"image", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("Look")}}, "image", "Look", true},
		{"document with caption", withCaption(&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Caption: proto.String("Read")}}), "document", "Read", true},
		{"own copy", &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: &waE2E.Message{Conversation: proto.String("Mine")}}}, "text", "Mine", true},
		{"poll", &waE2E.Message{PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("Lunch?")}}, "poll", "Lunch?", true},
		{"button answer", &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{SelectedButtonID: proto.String("b"),
			Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Yes"}}}, "reply", "Yes", true},
		{"payment", &waE2E.Message{PaymentInviteMessage: &waE2E.PaymentInviteMessage{}}, "unknown", "", false},
		{"empty", &waE2E.Message{}, "unknown", "", false},
		{"nil", nil, "unknown", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := phone.Draw(tc.raw, stanza(), phone.Android, false)
			if d.Kind != tc.kind || d.Body != tc.body || d.Drawn != tc.drawn {
				t.Errorf("kind %q, body %q, drawn %v; want %q, %q, %v", d.Kind, d.Body, d.Drawn, tc.kind, tc.body, tc.drawn)
			}
		})
	}
}

func TestTableIsComplete(t *testing.T) {
	table := phone.Table()
	if len(table.Rules) == 0 || !strings.HasPrefix(table.Dated, "2026") {
		t.Fatalf("%d rules, dated %q", len(table.Rules), table.Dated)
	}
	for _, r := range table.Rules {
		for _, p := range platforms() {
			for _, v := range []phone.Verdict{r.Private[p], r.Group[p]} {
				switch v {
				case phone.Works, phone.Expected, phone.Unmeasured, phone.Uncertain, phone.Disabled, phone.Nothing:
				default:
					t.Errorf("%s on %s: verdict %q", r.Recipe, p, v)
				}
			}
		}
		if r.Label == "" || r.Confidence == "" {
			t.Errorf("%s: no label or confidence", r.Recipe)
		}
	}
}
