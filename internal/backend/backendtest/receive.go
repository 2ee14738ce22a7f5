package backendtest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/message"
)

func receive(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	before := time.Now().Truncate(time.Second)
	g.writes(t, "hello")
	got := l.Sink.AwaitMessages(t, 1)[0]
	if got.ID.Stanza == "" || got.At.Before(before) || got.At.After(time.Now()) || got.At.Location() != time.UTC || got.At.Nanosecond() != 0 {
		t.Errorf("received %+v, want a stanza id and a whole second since %s, UTC", got, before)
	}
	want := message.Message{
		ID:       got.ID,
		ChatName: got.ChatName,
		From:     g.Customer,
		FromName: got.FromName,
		Source:   message.SourceMobile,
		At:       got.At,
		Content:  message.Text{Body: "hello"},
	}
	want.ID.Chat, want.ID.FromMe, want.ID.Participant = g.Customer.Private(), false, ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

// What the sink can't store must come again, and must not keep others away.
func receiveAfterFailure(t *testing.T, g Stage) {
	comesAgain(t, g, func() error { return errors.New("disk full") })
}

func receiveAfterPanic(t *testing.T, g Stage) {
	comesAgain(t, g, func() error { panic("a mistake in the sink") })
}

func comesAgain(t *testing.T, g Stage, fail func() error) {
	l := Pair(t, g.Open(t), g.Scan)
	failures := 0
	l.Sink.OnHandle(func(in []event.Payload) error {
		if m, ok := in[0].(event.MessageReceived); ok && m.Message.Content == (message.Text{Body: "first"}) && failures < 2 {
			failures++
			return fail()
		}
		return nil
	})
	g.writes(t, "first", "second")
	l.Sink.AwaitMessages(t, 2)
	g.writes(t, "third") // behind it anything that came twice has come
	l.Sink.Await(t, "the third", func() bool { return counts(l.Sink.events)["third"] > 0 })
	want := map[string]int{"first": 1, "second": 1, "third": 1}
	if diff := cmp.Diff(want, l.Sink.texts()); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if failures != 2 {
		t.Errorf("refused %d times, want 2", failures)
	}
}

func receiveAfterRestart(t *testing.T, g Stage) {
	b := g.Open(t)
	l := Pair(t, b, g.Scan)
	refused := make(chan struct{}, 16)
	l.Sink.OnHandle(func([]event.Payload) error {
		refused <- struct{}{}
		return errors.New("disk full")
	})
	g.writes(t, "hello")
	select {
	case <-refused:
	case <-time.After(Patience):
		t.Fatal("nothing arrived")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = l.Reopen(t, b)
	if err := l.Connect(Context(t)); err != nil {
		t.Fatal(err)
	}
	if got := l.Sink.AwaitMessages(t, 1)[0]; got.Content != (message.Text{Body: "hello"}) {
		t.Errorf("received %+v, want hello", got)
	}
}

func statuses(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	e := l.Post(t, Text(g.Customer, "hello"))
	l.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	if err := g.Read(Context(t)); err != nil {
		t.Fatal(err)
	}
	got := l.Sink.AwaitStatus(t, e.Stanza, message.Read)
	if got.At.IsZero() || got.At.Location() != time.UTC {
		t.Errorf("read at %s, want a time in UTC", got.At)
	}
	want := event.StatusChanged{Message: got.Message, Status: message.Read, At: got.At}
	want.Message.Chat, want.Message.FromMe, want.Message.Participant = g.Customer.Private(), true, ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func reconnectAfterCut(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	told := l.Sink.connections()
	g.Cut()
	l.Sink.Await(t, "another login", func() bool { return l.Sink.countConnected() > told })
	e := l.Post(t, Text(g.Customer, "back"))
	l.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	g.writes(t, "welcome")
	l.Sink.AwaitMessages(t, 1)
}

func closeEndsEverything(t *testing.T, g Stage) {
	b := g.Open(t)
	l := Pair(t, b, g.Scan)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	calls := l.Sink.Calls()
	if err := l.Connect(Context(t)); err == nil {
		t.Error("a closed session connects")
	}
	// What is written meanwhile goes to the next session, and not to this one.
	next := l.Reopen(t, b)
	g.writes(t, "hello")
	if err := next.Connect(Context(t)); err != nil {
		t.Fatal(err)
	}
	next.Sink.AwaitMessages(t, 1)
	if n := l.Sink.Calls() - calls; n != 0 {
		t.Errorf("%d calls to the sink of a closed session", n)
	}
}

func (g Stage) writes(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := g.Write(Context(t), text); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Sink) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.countConnected()
}

func (s *Sink) countConnected() (n int) {
	for _, c := range s.states {
		if c.State == channel.Connected {
			n++
		}
	}
	return n
}

func (s *Sink) texts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return counts(s.events)
}

// counts says how often each text was taken.
func counts(events []event.Payload) map[string]int {
	n := map[string]int{}
	for _, e := range events {
		if m, ok := e.(event.MessageReceived); ok {
			if text, ok := m.Message.Content.(message.Text); ok {
				n[text.Body]++
			}
		}
	}
	return n
}
