package gateway_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/message"
)

// ask sends a text under a key.
func (h *house) ask(body, key string, request byte) (message.Message, error) {
	h.t.Helper()
	return h.Send(h.t.Context(), mantis, gateway.Draft{
		To: theirs.Private(), Content: message.Text{Body: body}, Key: gateway.Key{Name: key, Request: [32]byte{request}},
	})
}

// The same request under the same key is one message, also after a restart, after a kill and when
// the channel is not connected; another request under it is told which message has it.
func TestKey(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		first, err := h.ask("once", "order-1", 1)
		if err != nil || first.Status != message.Sent {
			t.Fatalf("%+v, %v", first, err)
		}
		same := func(when string) {
			t.Helper()
			if again, err := h.ask("once", "order-1", 1); err != nil || again.ID != first.ID || again.Status != message.Sent || !again.At.Equal(first.At) {
				t.Errorf("%s: %+v, %v; want %+v", when, again, err, first)
			}
		}
		same("at once")
		h.restart()
		same("after a restart")
		h.net.connect(false)
		same("offline")
		_, err = h.ask("another", "order-1", 2)
		if f := fault.Of(err); f.Kind != fault.Conflict || !strings.Contains(f.Message, "order-1") || !strings.Contains(f.Details(), first.ID.String()) {
			t.Errorf("another request under the key: %v", err)
		}
		h.net.connect(true)
		if other, err := h.ask("once", "order-2", 1); err != nil || other.ID == first.ID {
			t.Errorf("another key: %+v, %v", other, err)
		}
		if n := len(h.net.attempts()); n != 2 {
			t.Errorf("%d attempts for two keys", n)
		}
	})
}

// Requests under one key at the same time are one message, and all of them hear how it ended.
func TestKeyTogether(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.set(func() {
			h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
				<-time.After(time.Second)
				return ack()
			}
		})
		const callers = 8
		var got [callers]message.Message
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				var err error
				if got[i], err = h.ask("once", "k", 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, m := range got {
			if m.ID != got[0].ID || m.Status != message.Sent {
				t.Errorf("%s is %s, want %s sent", m.ID, m.Status, got[0].ID)
			}
		}
		if n := len(h.net.attempts()); n != 1 {
			t.Errorf("%d attempts", n)
		}
	})
}

// A request that failed gets the same error again: before its end is stored, after, and later.
func TestKeyOfRefused(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.set(func() {
			h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
				return backend.Ack{}, &backend.Refusal{Code: 463, Reason: "Because."}
			}
		})
		_, first := h.ask("no", "k", 1)
		for range 2 {
			_, err := h.ask("no", "k", 1)
			if a, b := fault.Of(first), fault.Of(err); first == nil || a.Kind != fault.Forbidden || a.Kind != b.Kind || a.Code != b.Code || a.Message != b.Message {
				t.Errorf("first %v, then %v", first, err)
			}
			h.settle(0)
			h.restart()
		}
		if n := len(h.net.attempts()); n != 1 {
			t.Errorf("%d attempts", n)
		}
	})
}

// A full queue does not forget what is in it.
func TestKeyWhileBusy(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { silent(o); o.MaxQueue = 1 }, func(t *testing.T, h *house) {
		h.net.connect(false)
		first, err := h.ask("once", "k", 1)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.ask("once", "k", 1); err != nil || again.ID != first.ID {
			t.Errorf("%+v, %v", again, err)
		}
		if _, err := h.ask("more", "l", 1); !fault.Is(err, fault.Busy) {
			t.Errorf("another: %v", err)
		}
	})
}
