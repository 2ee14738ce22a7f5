package backendtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

func send(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	e := l.Prepare(t, Text(g.Customer, "hello"))
	before := time.Now().Truncate(time.Second)
	ack, err := l.Send(Context(t), e)
	if err != nil {
		t.Fatal(err)
	}
	if ack.At.Before(before) || ack.At.After(time.Now()) || ack.At.Location() != time.UTC || ack.At.Nanosecond() != 0 {
		t.Errorf("acked at %s, want a whole second since %s, UTC", ack.At, before)
	}
	l.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	g.shows(t, "hello")
}

// What is prepared while it is being stored leaves when it is, and never when it came to nothing.
func sendOnceStored(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	OnceStored(t, l, Text(g.Customer, "first"), Text(g.Customer, "never"), Text(g.Customer, "last"))
	g.shows(t, "first", "last")
}

// OnceStored sends three messages, the second of which is not stored after all.
func OnceStored(t *testing.T, l Line, first, never, last backend.Draft) {
	t.Helper()
	asked, let := make(chan struct{}), make(chan error, 1)
	e := l.Prepare(t, first)
	e.Stored = func(context.Context) error {
		close(asked)
		return <-let
	}
	sent := make(chan error, 1)
	go func() {
		_, err := l.Send(Context(t), e)
		sent <- err
	}()
	select {
	case <-asked:
	case err := <-sent:
		t.Fatalf("sent before it was stored: %v", err)
	}
	let <- nil
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitStatus(t, e.Stanza, message.Delivered)

	wrong := errors.New("the disk is on fire")
	e = l.Prepare(t, never)
	e.Stored = func(context.Context) error { return wrong }
	if _, err := l.Send(Context(t), e); err == nil {
		t.Error("a message that is not stored was sent")
	}
	e = l.Prepare(t, last)
	if _, err := l.Send(Context(t), e); err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
}

// The outcome of a send may be unknown, so it is done again with the same envelope.
func sendAgain(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	e := l.Post(t, Text(g.Customer, "once"))
	if _, err := l.Send(Context(t), e); err != nil {
		t.Fatal(err)
	}
	end := l.Post(t, Text(g.Customer, "end"))
	l.Sink.AwaitStatus(t, end.Stanza, message.Delivered)
	g.shows(t, "once", "end")
}

func sendOverACut(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	g.CutBeforeAck()
	e := l.Prepare(t, Text(g.Customer, "once"))
	for try := 1; ; try++ {
		_, err := l.Send(Context(t), e)
		if err == nil {
			break
		}
		if r := (*backend.Refusal)(nil); errors.As(err, &r) || try == 10 {
			t.Fatalf("send, try %d: %v", try, err)
		}
		l.Sink.AwaitState(t, channel.Connected)
	}
	end := l.Post(t, Text(g.Customer, "end"))
	l.Sink.AwaitStatus(t, end.Stanza, message.Delivered)
	g.shows(t, "once", "end")
}

func sendOffline(t *testing.T, g Stage) {
	l := Open(t, g.Open(t), "")
	e := l.Prepare(t, Text(g.Customer, "hello")) // needs no connection
	if _, err := l.Send(Context(t), e); !errors.Is(err, backend.ErrOffline) {
		t.Errorf("send: %v, want %v", err, backend.ErrOffline)
	}
	if err := l.Typing(Context(t), g.Customer.Private(), true); err == nil {
		t.Error("typing without a connection is no error")
	}
}

func sendRefused(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	for _, code := range []int{405, 463, 473, 479} { // codes with a meaning, none of which passes by itself
		g.Refuse(code)
		_, err := l.Send(Context(t), l.Prepare(t, Text(g.Customer, "no")))
		if r := (*backend.Refusal)(nil); !errors.As(err, &r) || r.Code != code || r.Reason == "" {
			t.Errorf("send that WhatsApp refuses with %d: %v", code, err)
		}
	}
	for _, code := range []int{429, 500, 503} { // codes that pass: the outcome is open
		g.Refuse(code)
		_, err := l.Send(Context(t), l.Prepare(t, Text(g.Customer, "later")))
		if r := (*backend.Refusal)(nil); err == nil || errors.As(err, &r) {
			t.Errorf("send that WhatsApp refuses for now with %d: %v, want an error that is no refusal", code, err)
		}
	}
	g.shows(t)
}

func sendToNobody(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	for _, chat := range []id.Chat{id.User("12025550123").Private(), {User: "120363999999999999", Server: id.Group}} {
		_, err := l.Send(Context(t), l.Prepare(t, backend.Draft{Chat: chat, Content: message.Text{Body: "hello?"}}))
		if r := (*backend.Refusal)(nil); !errors.As(err, &r) || r.Code != 404 {
			t.Errorf("send to %s, which does not exist: %v, want a refusal with 404", chat, err)
		}
	}
}

func prepareRefuses(t *testing.T, g Stage) {
	l := Open(t, g.Open(t), "")
	for _, tc := range []struct {
		name string
		d    backend.Draft
		want fault.Kind
	}{
		{"no content to speak of", Text(g.Customer, ""), fault.Invalid},
		{"a recipe that does not exist", backend.Draft{Chat: g.Customer.Private(), Content: message.Text{Body: "x"}, Recipe: "magic"}, fault.Unsupported},
		{"a story", backend.Draft{Chat: id.Chat{User: "status", Server: id.Broadcast}, Content: message.Text{Body: "x"}}, fault.Unsupported},
	} {
		if _, err := l.Session.Prepare(Context(t), tc.d); !fault.Is(err, tc.want) {
			t.Errorf("prepare %s: %v, want a fault of kind %s", tc.name, err, tc.want)
		}
	}
}

func typing(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	for _, on := range []bool{true, false} {
		if err := l.Typing(Context(t), g.Customer.Private(), on); err != nil {
			t.Errorf("typing %v: %v", on, err)
		}
	}
}

// shows checks what the customer's phone shows.
func (g Stage) shows(t *testing.T, want ...string) {
	t.Helper()
	if got := g.Shown(); !slices.Equal(got, want) {
		t.Errorf("the customer's phone shows %q, want %q", got, want)
	}
}
