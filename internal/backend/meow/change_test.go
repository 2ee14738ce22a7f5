package meow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// What a customer does to a message of his or of ours comes as a change of just that message.
func TestChangesByACustomer(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	heard := 0
	for _, chat := range []id.Chat{id.User(jonathan).Private(), w.group(t)} {
		to := chat.String()
		if !chat.IsGroup() {
			to = business
		}
		write := func(c phone.Compose) message.Message {
			t.Helper()
			if _, err := customer.Send(backendtest.Context(t), c); err != nil {
				t.Fatal(err)
			}
			heard++
			return line.Sink.AwaitMessages(t, heard)[heard-1]
		}
		m := write(phone.Compose{To: to, Text: "helo"})
		on := onPhone(t, customer, m.ID.Stanza)
		e := line.Post(t, shapes()[0].to(chat))
		await(t, w, customer, e)
		ours := id.Message{Stanza: e.Stanza, Chat: chat, FromMe: true}
		for name, x := range map[string]struct {
			does phone.Compose
			want message.Change
		}{
			"edit":          {phone.Compose{Edit: on, Text: "hello"}, message.Change{Did: message.Edited, Target: m.ID, Content: message.Text{Body: "hello"}}},
			"own reaction":  {phone.Compose{React: &phone.Reaction{MessageID: on, Emoji: "😀"}}, message.Change{Did: message.Reaction, Target: m.ID, Emoji: "😀"}},
			"reaction":      {phone.Compose{React: &phone.Reaction{MessageID: read(t, customer, e).ID, Emoji: "👍"}}, message.Change{Did: message.Reaction, Target: ours, Emoji: "👍"}},
			"reaction gone": {phone.Compose{React: &phone.Reaction{MessageID: read(t, customer, e).ID}}, message.Change{Did: message.Reaction, Target: ours}},
		} {
			got := write(x.does)
			if diff := cmp.Diff(message.Content(x.want), got.Content); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", name, chat, diff)
			}
			if got.From != jonathan || got.ID.FromMe || got.ID.Chat != chat || got.ID.Participant != m.ID.Participant || got.ID == m.ID {
				t.Errorf("%s is called %+v, from %s", name, got.ID, got.From)
			}
		}
		got := write(phone.Compose{Delete: on})
		if diff := cmp.Diff(message.Content(message.Change{Did: message.Revoked, Target: m.ID}), got.Content); diff != "" {
			t.Errorf("delete in %s (-want +got):\n%s", chat, diff)
		}
	}
}

// Nobody edits or deletes what somebody else wrote, whatever his app says: it is read as about his own.
// Only an admin of a group deletes the messages of others, and the stanza says that he did so.
func TestChangeOfAnothersMessage(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	chat := w.group(t)
	admin := w.customer(t, jonathan, "")
	e := line.Post(t, shapes()[0].to(chat))
	await(t, w, admin, e)
	ours, his := id.Message{Stanza: e.Stanza, Chat: chat, FromMe: true}, id.Message{Stanza: e.Stanza, Chat: chat, Participant: jonathan}
	for i, x := range []struct {
		does   waE2E.ProtocolMessage_Type
		fromMe bool
		about  id.Message
	}{
		{waE2E.ProtocolMessage_MESSAGE_EDIT, false, his},
		{waE2E.ProtocolMessage_REVOKE, true, his},
		{waE2E.ProtocolMessage_REVOKE, false, ours},
	} {
		m := &waE2E.ProtocolMessage{
			Type: x.does.Enum(), EditedMessage: &waE2E.Message{Conversation: proto.String("forged")},
			Key: &waCommon.MessageKey{
				RemoteJID: proto.String(chat.String()), ID: proto.String(e.Stanza), FromMe: &x.fromMe,
				Participant: proto.String(business + "@s.whatsapp.net"),
			},
		}
		if _, err := admin.Relay(backendtest.Context(t), chat.String(), &waE2E.Message{ProtocolMessage: m}); err != nil {
			t.Fatal(err)
		}
		if c, ok := line.Sink.AwaitMessages(t, i+1)[i].Content.(message.Change); !ok || c.Target != x.about {
			t.Errorf("%v, from him %t, is about %+v, want %+v", x.does, x.fromMe, c.Target, x.about)
		}
	}
}

// What the owner of the number changes on his phone is about our own message.
func TestChangesOnThePhone(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	own, ok := w.book.Phone(business)
	if !ok {
		t.Fatal("the business number has no phone")
	}
	if _, err := own.Send(backendtest.Context(t), phone.Compose{To: jonathan, Text: "oops"}); err != nil {
		t.Fatal(err)
	}
	m := line.Sink.AwaitMessages(t, 1)[0]
	if _, err := own.Send(backendtest.Context(t), phone.Compose{Delete: read(t, own, backend.Envelope{Stanza: m.ID.Stanza}).ID}); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitMessages(t, 2)[1]
	if diff := cmp.Diff(message.Content(message.Change{Did: message.Revoked, Target: m.ID}), got.Content); diff != "" || !got.ID.FromMe {
		t.Errorf("from me: %t, (-want +got):\n%s", got.ID.FromMe, diff)
	}
}
