package meow_test

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// While the database of the keys can't be written, a message can't be decrypted. That must not be taken
// for a message that can't be read, which is acked and, after a few requests for a copy, lost.
func TestNothingIsLostWhileTheKeysCantBeStored(t *testing.T) {
	failed := make(chan struct{}, 64)
	w := newWorld(t)
	w.log = slog.New(spy{slog.DiscardHandler, func(text string) {
		if strings.HasPrefix(text, "keys of the session not readable") {
			failed <- struct{}{}
		}
	}})
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

	db, err := sql.Open("sqlite", "file:"+w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lock, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if _, err := lock.ExecContext(t.Context(), "begin immediate"); err != nil {
		t.Fatal(err)
	}
	say("while locked")
	select {
	case <-failed:
	case <-time.After(backendtest.Patience):
		t.Fatal("the database did not fail")
	}
	if _, err := lock.ExecContext(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
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
