package phone_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox/phone"
)

// heard is an answer as the business reads it.
type heard struct {
	shape string // "buttons", "template", "list" or the name of a native flow answer
	id    string
	title string
	index int // of the button, -1 where the answer does not say
	card  int // of the card, -1 where the answer does not say
}

func hear(t *testing.T, m *waE2E.Message) heard {
	t.Helper()
	switch {
	case m.GetButtonsResponseMessage() != nil:
		r := m.GetButtonsResponseMessage()
		return heard{"buttons", r.GetSelectedButtonID(), r.GetSelectedDisplayText(), -1, -1}
	case m.GetTemplateButtonReplyMessage() != nil:
		r := m.GetTemplateButtonReplyMessage()
		return heard{"template", r.GetSelectedID(), r.GetSelectedDisplayText(), known(r.SelectedIndex), known(r.SelectedCarouselCardIndex)}
	case m.GetListResponseMessage() != nil:
		r := m.GetListResponseMessage()
		return heard{"list", r.GetSingleSelectReply().GetSelectedRowID(), r.GetTitle(), -1, -1}
	}
	r := m.GetInteractiveResponseMessage()
	var params struct{ ID string }
	if err := json.Unmarshal([]byte(r.GetNativeFlowResponseMessage().GetParamsJSON()), &params); err != nil {
		t.Fatalf("answer %v: %v", m, err)
	}
	return heard{r.GetNativeFlowResponseMessage().GetName(), params.ID, r.GetBody().GetText(), -1, -1}
}

func known(n *uint32) int {
	if n == nil {
		return -1
	}
	return int(*n)
}

func hydrated() *waE2E.Message {
	return &waE2E.Message{TemplateMessage: &waE2E.TemplateMessage{HydratedTemplate: &waE2E.TemplateMessage_HydratedFourRowTemplate{
		HydratedContentText: proto.String("Body message"),
		HydratedButtons: []*waE2E.HydratedTemplateButton{{HydratedButton: &waE2E.HydratedTemplateButton_QuickReplyButton{
			QuickReplyButton: &waE2E.HydratedTemplateButton_HydratedQuickReplyButton{DisplayText: proto.String("Yes"), ID: proto.String("b1")},
		}}},
	}}}
}

func flowList() *waE2E.Message {
	m := nativeFlow(flowButton{"single_select", nil})
	m.GetNativeFlowMessage().Buttons[0].ButtonParamsJSON = proto.String(`{"title":"Pick","sections":[{"title":"S","rows":[{"title":"Row","description":"D","id":"ListV3:r1"}]}]}`)
	return bare(m)
}

// What comes back for each shape from each client, after published captures: nothing where that client ignores
// the finger.
func TestAnswers(t *testing.T) {
	w := newWorld(t)
	group := must(w.book.CreateGroup(context20s(t), "Team", businessNumber, jonathan))(t)
	private, inGroup := jid(jonathan), must(types.ParseJID(group))(t)
	button, card, row := phone.Press{Button: at(1)}, phone.Press{Card: at(1), Button: at(0)}, phone.Press{Row: "r1"}
	flowNodes, listNodes := []waBinary.Node{biz(flowNode("mixed"))}, []waBinary.Node{biz(listNode("product_list"))}
	second := flowButton{"quick_reply", map[string]string{"display_text": "No", "id": "ButtonsV3:b2"}}
	image := legacyButtons("A", "B")
	image.HeaderType, image.Header = waE2E.ButtonsMessage_IMAGE.Enum(), &waE2E.ButtonsMessage_ImageMessage{ImageMessage: picture()}

	legacy := heard{"buttons", "ButtonsV3:randomId2", "B", -1, -1}
	onPhone, onWeb := heard{"quick_reply", "ButtonsV3:b2", "No", -1, -1}, heard{"template", "ButtonsV3:b2", "No", 1, -1}
	picked := heard{"list", "ListV3:r1", "Hamburger without cheese", -1, -1}
	menu := heard{"menu_options", "ListV3:r1", "Row", -1, -1}
	template := heard{"template", "b1", "Yes", 0, -1}
	ignored := heard{}
	for _, tc := range []struct {
		name              string
		to                types.JID
		raw               *waE2E.Message
		nodes             []waBinary.Node
		press             phone.Press
		android, ios, web heard
	}{
		{"legacy with image", private, withCaption(&waE2E.Message{ButtonsMessage: image}), flowNodes, button, legacy, legacy, legacy},
		{"native flow", private, bare(nativeFlow(replyButton(), second)), flowNodes, button, onPhone, ignored, onWeb},
		{"carousel", private, bare(carousel(true)), flowNodes, card,
			heard{"quick_reply", "ButtonsV3:b1", "Yes", -1, -1}, ignored, heard{"template", "ButtonsV3:b1", "Yes", 0, 1}},
		{"list", private, withCaption(burgersMessage()), listNodes, row, picked, picked, picked},
		{"native flow list", private, flowList(), flowNodes, row, menu, ignored, ignored},
		{"native flow list in a group", inGroup, flowList(), flowNodes, row, menu, ignored, ignored},
		{"template", private, hydrated(), nil, phone.Press{Button: at(0)}, ignored, template, template},
	} {
		for i, want := range []heard{tc.android, tc.ios, tc.web} {
			t.Run(tc.name+" on "+string(platforms()[i]), func(t *testing.T) {
				w.t = t
				press := tc.press
				press.MessageID, press.Platform = w.business.send(t, tc.to, proto.CloneOf(tc.raw), tc.nodes...), platforms()[i]
				w.message(w.customer, press.MessageID)
				answer, err := w.customer.Tap(context20s(t), press)
				if want == ignored {
					var r *phone.Refused
					if !errors.As(err, &r) || r.Reason == "" {
						t.Fatalf("answered %q, %v; want a refusal that says why", answer, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := hear(t, w.business.awaitID(t, answer).Message); got != want {
					t.Errorf("heard %+v, want %+v", got, want)
				}
				if own := w.message(w.customer, answer); own.Quoted == nil || own.Quoted.ID != press.MessageID {
					t.Errorf("the answer quotes %+v", own.Quoted)
				}
			})
		}
	}
}

// Clients that know no buttons answer with a text that quotes the message.
func TestAnswerByText(t *testing.T) {
	w := newWorld(t)
	for name, raw := range map[string]*waE2E.Message{"legacy": quickReply(), "carousel": bare(carousel(true))} {
		sent := w.business.send(t, jid(jonathan), raw, biz(flowNode("mixed")))
		w.message(w.customer, sent)
		answer := must(w.customer.Send(context20s(t), phone.Compose{Text: "Button1", Quote: sent}))(t)
		got := w.business.awaitID(t, answer).Message.GetExtendedTextMessage()
		if got.GetText() != "Button1" || got.GetContextInfo().GetStanzaID() != stanzaOf(t, sent) {
			t.Errorf("%s: answer %v", name, got)
		}
		own, want := w.message(w.customer, answer), map[string]string{"legacy": "Body message", "carousel": "Sale"}[name]
		if own.Quoted == nil || own.Quoted.ID != sent || own.Quoted.Text != want || own.Quoted.From != businessNumber {
			t.Errorf("%s: the strip shows %+v", name, own.Quoted)
		}
	}
}

// A message with buttons that answers the customer shows the strip too.
func TestButtonsThatQuote(t *testing.T) {
	w := newWorld(t)
	question := must(w.customer.Send(context20s(t), phone.Compose{Text: "What is there to eat?"}))(t)
	asked := w.business.awaitID(t, question)
	info := &waE2E.ContextInfo{
		StanzaID: &asked.Info.ID, Participant: proto.String(asked.Info.Sender.ToNonAD().String()), QuotedMessage: asked.Message,
	}
	legacy, cards, list := legacyButtons("A"), carousel(true), burgers()
	legacy.ContextInfo, cards.ContextInfo, list.ContextInfo = info, info, info
	for _, tc := range []struct {
		raw  *waE2E.Message
		node waBinary.Node
	}{
		{withCaption(&waE2E.Message{ButtonsMessage: legacy}), flowNode("mixed")},
		{bare(cards), flowNode("mixed")},
		{withCaption(&waE2E.Message{ListMessage: list}), listNode("product_list")},
	} {
		shown := w.message(w.customer, w.business.send(t, jid(jonathan), tc.raw, biz(tc.node)))
		if !shown.Drawn || shown.Quoted == nil || *shown.Quoted != (phone.Quoted{ID: question, From: jonathan, Text: "What is there to eat?"}) {
			t.Errorf("%s: drawn %v, the strip shows %+v", shown.Kind, shown.Drawn, shown.Quoted)
		}
	}
}

// edit replaces a message the way a business does: under an id of its own, naming the first one.
func (b *business) edit(t *testing.T, sent string, content *waE2E.Message, nodes ...waBinary.Node) {
	t.Helper()
	b.send(t, jid(jonathan), b.cli.BuildEdit(jid(jonathan), stanzaOf(t, sent), content), nodes...)
}

// An edit replaces buttons and texts in the same place, and the new buttons can be pressed.
func TestEditedButtons(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	w.message(w.customer, sent)
	must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)}))(t)

	changed := legacyButtons("Tea", "Coffee")
	changed.ContentText = proto.String("What to drink?")
	w.business.edit(t, sent, withCaption(&waE2E.Message{ButtonsMessage: changed}), biz(flowNode("mixed")))
	w.until("the edit", func() bool { m, _ := w.customer.Message(sent); return m.Edited })
	shown, _ := w.customer.Message(sent)
	if !shown.Drawn || shown.Body != "What to drink?" || len(shown.Buttons) != 2 || shown.Buttons[0].Title != "Tea" || len(shown.Warnings) > 0 || len(shown.Notes) == 0 {
		t.Fatalf("shown %+v", shown)
	}
	if shown.Buttons[0].Pressed || !shown.Buttons[0].Tappable || len(shown.Pressed) > 0 {
		t.Errorf("the new buttons %+v, pressed %q", shown.Buttons, shown.Pressed)
	}
	answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)}))(t)
	got := w.business.awaitID(t, answer).Message.GetButtonsResponseMessage()
	if got.GetSelectedDisplayText() != "Tea" || got.GetContextInfo().GetStanzaID() != stanzaOf(t, sent) {
		t.Errorf("answer %v", got)
	}

	// From buttons to a list: the nodes of the edit are those that count.
	w.business.edit(t, sent, withCaption(burgersMessage()), biz(listNode("product_list")))
	w.until("the list", func() bool { m, _ := w.customer.Message(sent); return m.Kind == phone.KindList })
	answer = must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Row: "r2"}))(t)
	if got := hear(t, w.business.awaitID(t, answer).Message); got.id != "ListV3:r2" {
		t.Errorf("heard %+v", got)
	}
	w.business.edit(t, sent, text("Closed"))
	w.until("the text", func() bool { m, _ := w.customer.Message(sent); return m.Kind == phone.KindText && m.Body == "Closed" })
	if shown, _ := w.customer.Message(sent); !shown.Edited || len(shown.Buttons)+len(shown.Sections) > 0 {
		t.Errorf("shown %+v", shown)
	}
	if n := len(w.customer.Messages()); n != 4 { // one bubble and three answers
		t.Errorf("%d messages on the phone", n)
	}
}

// Everybody who looks at the phone learns that it imitates another client now.
func TestPlatformIsAnnounced(t *testing.T) {
	b := openBook(t, openNetwork(t), "")
	p := must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	changes, cancel := b.Subscribe()
	defer cancel()
	p.SetPlatform(phone.Android) // as it was: nothing to say
	p.SetPlatform("fax")
	p.SetPlatform(phone.Web)
	deadline := time.After(patience)
	for {
		select {
		case c := <-changes:
			if c.What != "platform" {
				continue
			}
			if c.Customer != jonathan || p.Platform() != phone.Web {
				t.Errorf("announced %+v while the phone is %s", c, p.Platform())
			}
			return
		case <-deadline:
			t.Fatal("nothing was announced")
		}
	}
}
