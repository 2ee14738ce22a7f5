package meow_test

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// While the database of the keys can't be written, a message can't be decrypted. That must not be taken
// for a message that can't be read, which is acked and, after a few requests for a copy, lost.
func TestNothingIsLostWhileTheKeysCantBeStored(t *testing.T) {
	w := newWorld(t)
	failed := w.hears("keys of the session not readable")
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	say := func(text string) {
		t.Helper()
		if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	say("before") // of another kind on the wire than what follows it
	line.Sink.AwaitMessages(t, 1)
	w.quiet(t)

	unlock := w.lock(t)
	say("while locked")
	select {
	case <-failed:
	case <-time.After(3 * backendtest.Patience):
		t.Fatal("the database did not fail")
	}
	unlock()
	say("after")
	got := map[message.Content]int{}
	for _, m := range line.Sink.AwaitMessages(t, 3) {
		got[m.Content]++
	}
	for _, text := range []string{"before", "while locked", "after"} {
		if n := got[message.Text{Body: text}]; n != 1 {
			t.Errorf("%q arrived %d times", text, n)
		}
	}
}

// A device that could not read a message asks once. Its receipt is answered when the keys can be stored.
func TestARetryIsAnsweredWhenTheKeysCanBeStored(t *testing.T) {
	w := newWorld(t)
	failed := w.hears("answer to a retry receipt waits")
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	e := line.Post(t, backendtest.Text(id.User(jonathan), "before"))
	line.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	online(t, customer, false)
	wipe(t, customer)
	e = line.Post(t, backendtest.Text(id.User(jonathan), "missed"))
	w.quiet(t)
	unlock := w.lock(t)
	online(t, customer, true)
	select {
	case <-failed:
	case <-time.After(3 * backendtest.Patience):
		t.Fatal("the database did not fail")
	}
	unlock()
	await(t, w, customer, e)
}

// hears tells when the backend logs a text that begins so.
func (w *world) hears(beginning string) <-chan struct{} {
	heard := make(chan struct{}, 1)
	w.log = slog.New(spy{slog.DiscardHandler, func(text string) {
		if strings.HasPrefix(text, beginning) {
			select {
			case heard <- struct{}{}:
			default:
			}
		}
	}})
	return heard
}

// lock keeps the backend from writing, until the returned function is called.
func (w *world) lock(t *testing.T) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(20000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	lock, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
	if _, err := lock.ExecContext(t.Context(), "begin immediate"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if _, err := lock.ExecContext(t.Context(), "rollback"); err != nil {
			t.Fatal(err)
		}
	}
}

// spy is a log handler that hears what is logged.
type spy struct {
	slog.Handler
	hear func(text string)
}

func (s spy) Enabled(context.Context, slog.Level) bool { return true }

func (s spy) Handle(_ context.Context, r slog.Record) error {
	s.hear(r.Message)
	return nil
}

func (s spy) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s spy) WithGroup(string) slog.Handler      { return s }
