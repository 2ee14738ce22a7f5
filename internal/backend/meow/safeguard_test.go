package meow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/backend/meow"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// Receiving is safe because of four things. Each is shown to matter: what can't be stored at its first
// delivery is stored in the end with all four, and lost for ever without any one of them.
func TestEachSafeguardMatters(t *testing.T) {
	full := func() error { return errors.New("disk full") }
	for name, x := range map[string]struct {
		without meow.Options
		event   func(t *testing.T, w *world, l backendtest.Line) (is func(event.Payload) bool)
		fail    func() error
	}{
		"a refusal counts":           {meow.Options{}.Without(meow.Safeguards.RefusalCounts), aText, full},
		"the ack comes last":         {meow.Options{}.Without(meow.Safeguards.AckLast), aReceipt, full},
		"what was decrypted is kept": {meow.Options{}.Without(meow.Safeguards.EventBuffer), aText, full},
		"a panic is a refusal":       {meow.Options{}.Without(meow.Safeguards.OwnRecover), aText, func() error { panic("a mistake in the sink") }},
	} {
		t.Run(name, func(t *testing.T) {
			if !arrives(t, meow.Options{}, x.event, x.fail) {
				t.Error("lost with all four")
			}
			if arrives(t, x.without, x.event, x.fail) {
				t.Error("it arrives without this one as well: either it is not needed, or this test does not show for what")
			}
		})
	}
}

// arrives makes something happen whose first delivery the sink does not take, and reports whether the
// sink has it when WhatsApp has nothing more to deliver.
func arrives(t *testing.T, o meow.Options, happens func(*testing.T, *world, backendtest.Line) func(event.Payload) bool, fail func() error) bool {
	w := newWorld(t)
	line := backendtest.Pair(t, w.openWith(t, o), w.scan)
	var mu sync.Mutex
	var is func(event.Payload) bool
	refused, taken := make(chan struct{}), false
	first := true
	line.Sink.OnHandle(func(in []event.Payload) error {
		mu.Lock()
		defer mu.Unlock()
		if is == nil || !is(in[0]) {
			return nil
		}
		if first {
			first = false
			close(refused)
			return fail()
		}
		taken = true
		return nil
	})
	mu.Lock() // what happens is told only when it is known what it is
	is = happens(t, w, line)
	mu.Unlock()
	select {
	case <-refused:
	case <-time.After(backendtest.Patience):
		t.Fatal("it was never delivered")
	}
	w.quiet(t)
	mu.Lock()
	defer mu.Unlock()
	return taken
}

// quiet waits until the session has acknowledged everything.
func (w *world) quiet(t *testing.T) {
	t.Helper()
	devices := w.net.Devices(business)
	session := devices[len(devices)-1]
	deadline := time.After(backendtest.Patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for w.net.Pending(session) > 0 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d stanzas wait for their ack", w.net.Pending(session))
		}
	}
}

func aText(t *testing.T, w *world, _ backendtest.Line) func(event.Payload) bool {
	customer := w.customer(t, jonathan, "")
	if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	return func(p event.Payload) bool {
		m, ok := p.(event.MessageReceived)
		return ok && m.Message.Content == message.Text{Body: "hello"}
	}
}

func aReceipt(t *testing.T, w *world, l backendtest.Line) func(event.Payload) bool {
	customer := w.customer(t, jonathan, "")
	e := l.Post(t, backendtest.Text(id.User(jonathan), "read me"))
	await(t, w, customer, e)
	if err := customer.MarkRead(backendtest.Context(t), onPhone(t, customer, e.Stanza)); err != nil {
		t.Fatal(err)
	}
	return func(p event.Payload) bool {
		s, ok := p.(event.StatusChanged)
		return ok && s.Status == message.Read
	}
}
