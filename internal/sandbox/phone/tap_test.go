package phone_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
	"tapgate/internal/sandbox/phone"
)

func at(i int) *int { return &i }

func refused(t *testing.T, err error, reason string) {
	t.Helper()
	var r *phone.Refused
	if !errors.As(err, &r) || !strings.Contains(r.Reason, reason) {
		t.Errorf("error %v, want refused with %q", err, reason)
	}
}

func stanzaOf(t *testing.T, messageID string) string {
	t.Helper()
	return must(id.ParseMessage(messageID))(t).Stanza
}

// Legacy buttons come back as a buttons response from every client; the web client is another device
// and quotes the body only.
func TestTapQuickReply(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		platform phone.Platform
		stanza   string
		device   bool
	}{
		{phone.Android, `^AC[0-9A-F]{30}$`, false},
		{phone.IOS, `^3A[0-9A-F]{18}$`, false},
		{phone.Web, `^3EB0[0-9A-F]{18}$`, true},
	} {
		t.Run(string(tc.platform), func(t *testing.T) {
			w.t = t
			sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
			shown := w.message(w.customer, sent)
			if !shown.Drawn || len(shown.Buttons) != 2 || shown.Biz != "native_flow:mixed" || len(shown.Warnings) != 0 || shown.From != businessNumber ||
				shown.Chat != businessNumber+"@s.whatsapp.net" {
				t.Fatalf("shown %+v", shown)
			}
			answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0), Platform: tc.platform}))(t)
			got := w.business.awaitID(t, answer)

			if !regexp.MustCompile(tc.stanza).MatchString(got.Info.ID) {
				t.Errorf("message id %q, want %s", got.Info.ID, tc.stanza)
			}
			if (got.Info.Sender.Device > 0) != tc.device {
				t.Errorf("sent from device %d", got.Info.Sender.Device)
			}
			r := got.Message.GetButtonsResponseMessage()
			if r.GetSelectedButtonID() != "ButtonsV3:randomId1" || r.GetSelectedDisplayText() != "Button1" {
				t.Fatalf("answer %v", got.Message)
			}
			info := r.GetContextInfo()
			if info.GetStanzaID() != stanzaOf(t, sent) || info.GetParticipant() != w.business.cli.Store.LID.ToNonAD().String() {
				t.Errorf("context names %q by %q", info.GetStanzaID(), info.GetParticipant())
			}
			quoted := info.GetQuotedMessage()
			if tc.platform == phone.Web {
				if quoted.GetConversation() != "Body message" || proto.Size(quoted) != proto.Size(&waE2E.Message{Conversation: proto.String("Body message")}) {
					t.Errorf("the web client quotes %v, want only the body", quoted)
				}
			} else if quoted.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage().GetFooterText() != "Footer message" {
				t.Errorf("quoted %v, want the whole message", quoted)
			}

			own := w.message(w.customer, answer)
			if own.Kind != phone.KindReply || own.Body != "Button1" || own.Reply == nil || own.Reply.ID != "ButtonsV3:randomId1" || !own.FromMe || own.Quoted == nil || own.Quoted.ID != sent {
				t.Errorf("own answer %+v", own)
			}
			again, _ := w.customer.Message(sent)
			if len(again.Pressed) != 1 || again.Pressed[0] != "ButtonsV3:randomId1" || !again.Buttons[0].Pressed || again.Buttons[1].Pressed {
				t.Errorf("pressed %q, buttons %+v", again.Pressed, again.Buttons)
			}
			_, err := w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0), Platform: tc.platform})
			refused(t, err, "already pressed")
			count := 0
			for _, m := range w.customer.Messages() {
				if m.ID == answer {
					count++
				}
			}
			if count != 1 {
				t.Errorf("the answer is shown %d times", count)
			}
		})
	}
	if refusals := w.net.Refusals(); len(refusals) != 0 {
		t.Errorf("the network refused %+v", refusals)
	}
	if devices := w.net.Devices(jonathan); len(devices) != 2 {
		t.Errorf("devices %v: the web client has to be linked one time", devices)
	}
}

func TestTapNativeFlow(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), bare(nativeFlow(replyButton())), biz(flowNode("mixed")))
	w.message(w.customer, sent)
	_, err := w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0), Platform: phone.IOS})
	refused(t, err, "can't be pressed")
	answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)}))(t)
	got := w.business.awaitID(t, answer).Message.GetInteractiveResponseMessage()
	var params map[string]string
	if err := json.Unmarshal([]byte(got.GetNativeFlowResponseMessage().GetParamsJSON()), &params); err != nil {
		t.Fatal(err)
	}
	if got.GetNativeFlowResponseMessage().GetName() != "quick_reply" || params["id"] != "ButtonsV3:b1" || got.GetBody().GetText() != "Yes" {
		t.Errorf("answer %v", got)
	}

	sent = w.business.send(t, jid(jonathan), bare(carousel(true)), biz(flowNode("mixed")))
	w.message(w.customer, sent)
	_, err = w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)})
	refused(t, err, "which card")
	answer = must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Card: at(1), Button: at(0), Platform: phone.Web}))(t)
	web := w.business.awaitID(t, answer)
	reply := web.Message.GetTemplateButtonReplyMessage()
	if reply.GetSelectedID() != "ButtonsV3:b1" || reply.SelectedCarouselCardIndex == nil || reply.GetSelectedCarouselCardIndex() != 1 || web.Info.Sender.Device == 0 {
		t.Errorf("answer from the web client %v, device %d", reply, web.Info.Sender.Device)
	}
	if got := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Card: at(0), Button: at(0)}))(t); got != "" {
		t.Errorf("a url button sent %q", got)
	}
}

func TestTapList(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), withCaption(&waE2E.Message{ListMessage: burgers()}), biz(listNode("product_list")))
	shown := w.message(w.customer, sent)
	if !shown.Drawn || shown.Label != "Pick a hamburger!" {
		t.Fatalf("shown %+v", shown)
	}
	for _, tc := range []struct {
		row      string
		platform phone.Platform
	}{{"r1", phone.Android}, {"ListV3:r1", phone.IOS}, {"r2", phone.Web}, {"r1", phone.Android}} {
		answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Row: tc.row, Platform: tc.platform}))(t)
		got := w.business.awaitID(t, answer).Message.GetListResponseMessage()
		if want := "ListV3:" + strings.TrimPrefix(tc.row, "ListV3:"); got.GetSingleSelectReply().GetSelectedRowID() != want {
			t.Errorf("row %q by %s: answer %v", tc.row, tc.platform, got)
		}
		quoted := got.GetContextInfo().GetQuotedMessage().GetDocumentWithCaptionMessage().GetMessage().GetListMessage()
		if quoted.GetButtonText() != "Pick a hamburger!" || len(quoted.GetSections()) != 1 {
			t.Errorf("%s quotes %v, want the whole list", tc.platform, got.GetContextInfo().GetQuotedMessage())
		}
	}
	_, err := w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Row: "r9"})
	refused(t, err, "no row")
	_, err = w.customer.Tap(context20s(t), phone.Press{MessageID: "nothing", Row: "r1"})
	if !errors.Is(err, phone.ErrNoMessage) {
		t.Errorf("unknown message: %v", err)
	}
}

func TestTapNothingDrawn(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), quickReply())
	shown := w.message(w.customer, sent)
	if shown.Drawn || len(shown.Warnings) == 0 || shown.Biz != "" || shown.Body != "Body message" {
		t.Fatalf("shown %+v", shown)
	}
	_, err := w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)})
	refused(t, err, "no biz node")
}

// An answer leaves like an official client's: without any biz node, and once.
func TestTapLeavesNoBizNode(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	w.message(w.customer, sent)
	answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(1)}))(t)
	w.business.awaitID(t, answer)
	count := 0
	w.business.mu.Lock()
	defer w.business.mu.Unlock()
	for _, m := range w.business.messages {
		if m.Message.GetButtonsResponseMessage() != nil {
			count++
		}
	}
	if count != 1 || len(w.net.Refusals()) != 0 {
		t.Errorf("%d answers, refusals %+v", count, w.net.Refusals())
	}
}

// Two fingers at once are one press.
func TestTapAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	w.message(w.customer, sent)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			_, err := w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)})
			errs <- err
		}()
	}
	pressed := 0
	for range cap(errs) {
		err := <-errs
		if err == nil {
			pressed++
			continue
		}
		refused(t, err, "already pressed")
	}
	if pressed != 1 {
		t.Errorf("pressed %d times", pressed)
	}
}

// Both directions of one chat at once: nothing is lost, nothing is shown twice.
func TestBothWaysAtOnce(t *testing.T) {
	w := newWorld(t)
	// The plain business client loses messages of its own where both sides start a session at once: begin with one.
	w.message(w.customer, w.business.send(t, jid(jonathan), text("Hi")))
	w.business.awaitID(t, must(w.customer.Send(context20s(t), phone.Compose{Text: "Hi"}))(t))
	const each = 100
	written := make(chan error, 1)
	go func() {
		for range each {
			if _, err := w.customer.Send(context20s(t), phone.Compose{Text: "from the customer"}); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	for range each {
		w.business.send(t, jid(jonathan), text("from the business"))
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	w.until("all messages on the phone", func() bool { return len(w.customer.Messages()) >= 2*each+2 })
	if n := len(w.customer.Messages()); n != 2*each+2 {
		t.Errorf("%d messages on the phone, want %d", n, 2*each+2)
	}
	w.until("all deliveries", func() bool {
		for _, m := range w.customer.Messages() {
			if m.FromMe && m.Status != phone.StatusDelivered {
				return false
			}
		}
		return true
	})
}
