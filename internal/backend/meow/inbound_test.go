package meow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

func TestTapComesBackAsAReply(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	private, group := id.User(jonathan).Private(), w.group(t)
	x := shapes()[1]
	for i, chat := range []id.Chat{private, group} {
		e := line.Post(t, x.to(chat))
		await(t, w, customer, e)
		first := 0
		if _, err := customer.Tap(backendtest.Context(t), phone.Press{MessageID: read(t, customer, e).ID, Button: &first}); err != nil {
			t.Fatal(err)
		}
		got := line.Sink.AwaitMessages(t, i+1)[i]
		want := message.Message{
			ID:       id.Message{Stanza: got.ID.Stanza, Chat: chat},
			ChatName: got.ChatName, // the phone book may not be there yet
			From:     jonathan,
			FromName: "Jonathan",
			Source:   message.SourceMobile,
			At:       got.At,
			Content:  message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:yes", Title: "Yes"},
			Context: &message.Context{
				QuotedID:     id.Message{Stanza: e.Stanza, Chat: chat, FromMe: true},
				QuotedAuthor: business,
				Quoted:       x.content,
			},
		}
		if chat.IsGroup() {
			want.ID.Participant, want.ChatName = jonathan, "Friends"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in %s (-want +got):\n%s", chat, diff)
		}
	}
}

// The chat has the name that the owner of the business number gave it in his phone book, which his
// phone tells some time after the pairing.
func TestChatHasTheNameOfTheContact(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	for n, deadline := 1, time.Now().Add(backendtest.Patience); ; n++ {
		if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: "who am I?"}); err != nil {
			t.Fatal(err)
		}
		switch m := line.Sink.AwaitMessages(t, n)[n-1]; {
		case m.ChatName == "Jonathan Customer" && m.FromName == "Jonathan":
			return
		case time.Now().After(deadline):
			t.Fatalf("the chat is named %q and the sender %q", m.ChatName, m.FromName)
		}
	}
}

// A reply in a group may cite somebody else's message.
func TestQuoteOfAThirdPerson(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	chat := w.group(t)
	author, reader := w.customer(t, mary, ""), w.customer(t, jonathan, "")
	cited, err := author.Send(backendtest.Context(t), phone.Compose{To: chat.String(), Text: "who comes?"})
	if err != nil {
		t.Fatal(err)
	}
	first := line.Sink.AwaitMessages(t, 1)[0]
	await(t, w, reader, backend.Envelope{Stanza: first.ID.Stanza})
	if _, err := reader.Send(backendtest.Context(t), phone.Compose{To: chat.String(), Text: "I do", Quote: onPhone(t, reader, first.ID.Stanza)}); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitMessages(t, 2)[1]
	if got.From != jonathan || got.ID.Participant != jonathan {
		t.Errorf("written by %s (participant %s), want %s", got.From, got.ID.Participant, jonathan)
	}
	want := &message.Context{QuotedID: first.ID, QuotedAuthor: mary, Quoted: message.Text{Body: "who comes?"}}
	if diff := cmp.Diff(want, got.Context); diff != "" {
		t.Errorf("context (-want +got):\n%s\nthe author's phone calls it %s", diff, cited)
	}
}

func onPhone(t *testing.T, p *phone.Phone, stanza string) string {
	t.Helper()
	return read(t, p, backend.Envelope{Stanza: stanza}).ID
}

// What the owner writes on the phone of the business number is told as our own message.
func TestOwnMessageFromThePhone(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	own, ok := w.book.Phone(business)
	if !ok {
		t.Fatal("the business number has no phone")
	}
	if _, err := own.Send(backendtest.Context(t), phone.Compose{To: jonathan, Text: "written by hand"}); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitMessages(t, 1)[0]
	want := message.Message{
		ID:       id.Message{Stanza: got.ID.Stanza, Chat: id.User(jonathan).Private(), FromMe: true},
		From:     business,
		FromName: got.FromName,
		ChatName: got.ChatName,
		Source:   message.SourceMobile,
		At:       got.At,
		Status:   message.Sent,
		Content:  message.Text{Body: "written by hand"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The web client of a customer is a device of its own.
func TestMessageFromTheWeb(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	customer.SetPlatform(phone.Web)
	if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: "from the desk"}); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitMessages(t, 1)[0]
	if got.Source != message.SourceWeb || got.From != jonathan || got.ID.Chat != id.User(jonathan).Private() {
		t.Errorf("received %+v, want it from the web client of %s", got, jonathan)
	}
}

func TestStatusesInAGroup(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	chat := w.group(t)
	reader := w.customer(t, mary, "")
	e := line.Post(t, backend.Draft{Chat: chat, Content: message.Text{Body: "hello all"}})
	await(t, w, reader, e)
	if err := reader.MarkRead(backendtest.Context(t), onPhone(t, reader, e.Stanza)); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitStatus(t, e.Stanza, message.Read)
	if got.Viewer != mary || got.Message != (id.Message{Stanza: e.Stanza, Chat: chat, FromMe: true}) {
		t.Errorf("told %+v, want it read by %s", got, mary)
	}
}

// The own number is a chat like any other.
func TestSendToOneself(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	own, ok := w.book.Phone(business)
	if !ok {
		t.Fatal("the business number has no phone")
	}
	e := line.Post(t, backendtest.Text(business, "a note"))
	await(t, w, own, e)
	if m := read(t, own, e); m.Body != "a note" {
		t.Errorf("the phone reads %+v", m.Content)
	}
}
