package backendtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/message"
)

// Sink records what a session tells. OnHandle and OnPaired make it refuse.
type Sink struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced with each change

	handle func([]event.Payload) error
	pair   func(backend.Identity) error

	events []event.Payload
	states []backend.StateChange
	codes  []string
	until  time.Time
	who    *backend.Identity
	name   string
	calls  int
}

var _ backend.Sink = (*Sink)(nil)

// NewSink returns a sink that takes everything.
func NewSink() *Sink { return &Sink{changed: make(chan struct{})} }

// OnHandle lets f decide whether what arrives is taken. f may panic.
func (s *Sink) OnHandle(f func([]event.Payload) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = f
}

// OnPaired lets f decide whether an identity is taken.
func (s *Sink) OnPaired(f func(backend.Identity) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pair = f
}

// note records a change.
func (s *Sink) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Handle implements backend.Sink.
func (s *Sink) Handle(_ context.Context, in []event.Payload) error {
	s.mu.Lock()
	f := s.handle
	s.mu.Unlock()
	if f != nil {
		if err := f(in); err != nil {
			return err
		}
	}
	s.note(func() { s.events = append(s.events, in...) })
	return nil
}

// Paired implements backend.Sink.
func (s *Sink) Paired(_ context.Context, who backend.Identity) error {
	s.mu.Lock()
	f := s.pair
	s.mu.Unlock()
	if f != nil {
		if err := f(who); err != nil {
			return err
		}
	}
	s.note(func() { s.who = &who })
	return nil
}

// Named implements backend.Sink.
func (s *Sink) Named(_ context.Context, name string) { s.note(func() { s.name = name }) }

// State implements backend.Sink.
func (s *Sink) State(_ context.Context, c backend.StateChange) {
	s.note(func() { s.states = append(s.states, c) })
}

// QR implements backend.Sink.
func (s *Sink) QR(_ context.Context, text string, until time.Time) {
	s.note(func() { s.codes, s.until = append(s.codes, text), until })
}

// Await waits until ready, which is called with the sink locked, returns true.
func (s *Sink) Await(t testing.TB, what string, ready func() bool) {
	t.Helper()
	deadline := time.After(Patience)
	for {
		s.mu.Lock()
		done, changed := ready(), s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			s.mu.Lock()
			defer s.mu.Unlock()
			t.Fatalf("waited %s for %s; states %v, events %+v", Patience, what, s.states, s.events)
		}
	}
}

// AwaitQR waits for a QR code that it has not returned before, and returns the newest.
func (s *Sink) AwaitQR(t testing.TB) (code string) {
	t.Helper()
	s.Await(t, "a QR code", func() bool {
		if len(s.codes) > 0 {
			code, s.codes = s.codes[len(s.codes)-1], nil
		}
		return code != ""
	})
	return code
}

// AwaitState waits until the state told last is want, and returns how it was told.
func (s *Sink) AwaitState(t testing.TB, want channel.State) (c backend.StateChange) {
	t.Helper()
	s.Await(t, "state "+string(want), func() bool {
		if len(s.states) > 0 {
			c = s.states[len(s.states)-1]
		}
		return c.State == want
	})
	return c
}

// AwaitName waits until the push name is told.
func (s *Sink) AwaitName(t testing.TB) (name string) {
	t.Helper()
	s.Await(t, "a push name", func() bool { name = s.name; return name != "" })
	return name
}

// AwaitMessages waits until at least n messages were taken, and returns all.
func (s *Sink) AwaitMessages(t testing.TB, n int) []message.Message {
	t.Helper()
	var got []message.Message
	s.Await(t, "messages", func() bool {
		got = got[:0]
		for _, e := range s.events {
			if m, ok := e.(event.MessageReceived); ok {
				got = append(got, m.Message)
			}
		}
		return len(got) >= n
	})
	return got
}

// AwaitStatus waits until a message has a status, and returns how it was told.
func (s *Sink) AwaitStatus(t testing.TB, stanza string, want message.Status) (c event.StatusChanged) {
	t.Helper()
	s.Await(t, string(want)+" of "+stanza, func() bool {
		for _, e := range s.events {
			if change, ok := e.(event.StatusChanged); ok && change.Message.Stanza == stanza && change.Status == want {
				c = change
				return true
			}
		}
		return false
	})
	return c
}

// Identity waits for the identity.
func (s *Sink) Identity(t testing.TB) (who backend.Identity) {
	t.Helper()
	s.Await(t, "an identity", func() bool {
		if s.who != nil {
			who = *s.who
		}
		return s.who != nil
	})
	return who
}

// Calls returns how often the sink was called and took what it got.
func (s *Sink) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// saw reports whether a state was ever told.
func (s *Sink) saw(want channel.State) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.states {
		if c.State == want {
			return true
		}
	}
	return false
}

// Ledger remembers what was sent.
type Ledger struct {
	mu   sync.Mutex
	sent map[string]entry
}

type entry struct {
	backend.Envelope
	at time.Time
}

var _ backend.Ledger = (*Ledger)(nil)

// NewLedger returns an empty ledger.
func NewLedger() *Ledger { return &Ledger{sent: map[string]entry{}} }

// Put records an envelope and WhatsApp's time of it, zero before the first ack.
func (l *Ledger) Put(e backend.Envelope, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[e.Stanza] = entry{e, at}
}

// Sent implements backend.Ledger.
func (l *Ledger) Sent(_ context.Context, stanza string) (backend.Envelope, time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.sent[stanza]
	if !ok {
		return backend.Envelope{}, time.Time{}, fault.New(fault.NotFound, "nothing was sent under %s", stanza)
	}
	return e.Envelope, e.at, nil
}
