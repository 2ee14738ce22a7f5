package meow_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// no is the answer of a client that draws nothing, or nothing that can be pressed.
var no = message.Reply{}

// What comes back of a press depends on what was sent and on the client. Every pair arrives as the same
// reply, or does not leave the client at all.
func TestEachClientAnswersEachRecipe(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	by := map[string]shape{}
	for _, x := range shapes() {
		by[x.recipe] = x
	}
	replies := by["r1"].content
	native := shape{"r2x", replies, 1}
	yes := message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:yes", Title: "Yes"}
	apple := message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Apple", Description: "red"}
	card, button := 0, 0
	onCard := yes
	onCard.Card, onCard.Button = &card, &button
	row := phone.Press{Row: "r1"}
	first := phone.Press{Button: &button}
	taps := 0
	for _, tc := range []struct {
		name              string
		sent              shape
		press             phone.Press
		android, ios, web message.Reply
		webQuotesAll      bool
	}{
		{"legacy", by["r1"], first, yes, yes, yes, false},
		{"legacy, minimal node", by["r1-minimal"], first, yes, yes, yes, false},
		{"legacy with an image", by["r1i"], first, yes, yes, yes, false},
		{"legacy with a video", by["r1v"], first, yes, yes, yes, false},
		{"legacy with a document", by["r1d"], first, yes, yes, yes, false},
		{"native flow", native, first, yes, no, yes, false},
		{"native flow, mixed", by["r2x"], first, yes, no, no, false},
		{"links send nothing", by["r2"], first, no, no, no, false},
		{"list", by["r3"], row, apple, apple, apple, true},
		{"bare list", by["r3-bare-opaque"], row, apple, apple, apple, true},
		{"native flow list", by["r3-group"], row, apple, no, no, true},
		{"carousel", by["r4"], phone.Press{Card: &card, Button: &button}, yes, no, onCard, false},
	} {
		for platform, want := range map[phone.Platform]message.Reply{phone.Android: tc.android, phone.IOS: tc.ios, phone.Web: tc.web} {
			t.Run(tc.name+" on "+string(platform), func(t *testing.T) {
				e := line.Post(t, tc.sent.to(id.User(jonathan).Private()))
				await(t, w, customer, e)
				press := tc.press
				press.MessageID, press.Platform = read(t, customer, e).ID, platform
				answer, err := customer.Tap(backendtest.Context(t), press)
				var refused *phone.Refused
				if want == no {
					if !errors.As(err, &refused) && (err != nil || answer != "") {
						t.Errorf("answered %q, %v", answer, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				taps++
				got := line.Sink.AwaitMessages(t, taps)[taps-1]
				if diff := cmp.Diff(want, got.Content); diff != "" {
					t.Errorf("reply (-want +got):\n%s", diff)
				}
				source := message.SourceMobile
				if platform == phone.Web {
					source = message.SourceWeb
				}
				if got.Source != source || got.Context == nil || got.Context.QuotedID.Stanza != e.Stanza || got.Context.QuotedAuthor != business {
					t.Fatalf("from %s, context %+v", got.Source, got.Context)
				}
				var asText bool
				switch q := got.Context.Quoted.(type) {
				case message.Text:
					asText = q.Body == "Body"
				case message.Carousel, message.Interactive:
				default:
					t.Errorf("quotes %#v", q)
				}
				if asText != (platform == phone.Web && !tc.webQuotesAll) {
					t.Errorf("quotes %#v", got.Context.Quoted)
				}
			})
		}
	}
}

// Shapes of answers that other clients were seen to send, written by hand.
func TestAnswersOfOtherClients(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	var x shape
	for _, s := range shapes() {
		if s.recipe == "r1" {
			x = s
		}
	}
	e := line.Post(t, x.to(id.User(jonathan).Private()))
	await(t, w, customer, e)
	cites := func(quoted *waE2E.Message) *waE2E.ContextInfo {
		return &waE2E.ContextInfo{StanzaID: &e.Stanza, Participant: proto.String(business + "@s.whatsapp.net"), QuotedMessage: quoted}
	}
	legacy := func(quoted *waE2E.Message) *waE2E.Message {
		return &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{SelectedButtonID: proto.String("ButtonsV3:no"), ContextInfo: cites(quoted)}}
	}
	wrapped := func(m *waE2E.Message) *waE2E.FutureProofMessage { return &waE2E.FutureProofMessage{Message: m} }
	body := &waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{ContentText: proto.String("Body")}}
	reply := message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:no"}
	place := 1
	for i, tc := range []struct {
		name  string
		in    *waE2E.Message
		reply message.Reply
		quote message.Content
	}{
		{"disappearing", &waE2E.Message{EphemeralMessage: wrapped(legacy(body))}, reply, message.Text{Body: "Body"}},
		{"view once", &waE2E.Message{ViewOnceMessageV2: wrapped(legacy(nil))}, reply, nil},
		{"in two wrappers, the quote in one", &waE2E.Message{EphemeralMessage: wrapped(&waE2E.Message{
			DocumentWithCaptionMessage: wrapped(legacy(&waE2E.Message{EphemeralMessage: wrapped(body)}))})}, reply, message.Text{Body: "Body"}},
		{"by its place alone", &waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedIndex: proto.Uint32(1), ContextInfo: cites(body)}},
			message.Reply{To: message.ButtonsReply, Button: &place}, message.Text{Body: "Body"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := customer.Relay(backendtest.Context(t), business, tc.in); err != nil {
				t.Fatal(err)
			}
			got := line.Sink.AwaitMessages(t, i+1)[i]
			if diff := cmp.Diff(tc.reply, got.Content); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
			if got.Context == nil || got.Context.QuotedID.Stanza != e.Stanza || !cmp.Equal(got.Context.Quoted, tc.quote) {
				t.Errorf("context %+v", got.Context)
			}
		})
	}
	if refused := w.net.Refusals(); len(refused) > 0 {
		t.Errorf("the network refused %+v", refused)
	}
}
