package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// A message's timeline tells how it waited, how often it was tried, who read it and who tapped.
func TestTimeline(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		cut := true
		h.net.set(func() {
			h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
				if cut {
					cut = false
					return backend.Ack{}, errCut
				}
				return ack()
			}
		})
		h.net.connect(false)
		m := h.say("hello")
		h.settle(time.Minute)
		l := h.timeline(m.ID)
		if got := kinds(l); !slices.Equal(got, []gateway.StepKind{"accepted", "queued"}) || l.Steps[1].Took < time.Minute || l.Steps[1].Reason == "" {
			t.Errorf("while offline: %+v", l.Steps)
		}
		h.net.connect(true)
		h.settle(time.Minute)
		session := h.net.session(mantis)
		read := event.StatusChanged{Message: m.ID, Status: message.Read, At: time.Now()}
		tap := written("3A0102030405060708F3", message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:y", Title: "Yes"})
		tap.Context = &message.Context{QuotedID: m.ID}
		if err := session.hear(read, event.MessageReceived{Message: tap}); err != nil {
			t.Fatal(err)
		}
		l = h.timeline(m.ID)
		want := []gateway.StepKind{"accepted", "queued", "attempt", "attempt", "sent", "read", "tapped"}
		if got := kinds(l); !slices.Equal(got, want) {
			t.Fatalf("steps %q, want %q", got, want)
		}
		one, two := l.Steps[2], l.Steps[3]
		if one.Number != 1 || one.Result != "unknown" || one.Reason != errCut.Error() || two.Number != 2 || two.Result != "acked" || two.At.Sub(one.At) < 800*time.Millisecond {
			t.Errorf("attempts %+v, %+v", one, two)
		}
		if r := l.Steps[6]; r.Viewer != theirs || r.Reply == nil || r.Reply.ID != tap.ID {
			t.Errorf("tap %+v", r)
		}
		if len(l.Told) != 4 { // message, sent, read, and the tap
			t.Errorf("told %+v", l.Told)
		}
		if in := h.timeline(tap.ID); !slices.Equal(kinds(in), []gateway.StepKind{"received"}) {
			t.Errorf("the tap's own story: %q", kinds(in))
		}
		unknown := m.ID
		unknown.Stanza = "3EB0FFFFFFFFFFFFFFFFFF"
		if _, err := h.Timeline(t.Context(), mantis, unknown); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown message: %v", err)
		}
	})
}

func (h *house) timeline(m id.Message) gateway.Timeline {
	h.t.Helper()
	l, err := h.Timeline(h.t.Context(), mantis, m)
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

func kinds(l gateway.Timeline) (list []gateway.StepKind) {
	for _, s := range l.Steps {
		list = append(list, s.Kind)
	}
	return list
}

// What has ended is kept for two weeks and then swept, in steps, with its key. The message stays.
func TestSweep(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		var last message.Message
		for range 450 { // more than one step
			last = h.say("old")
			h.settle(0)
		}
		if _, err := h.ask("old", "k", 1); err != nil {
			t.Fatal(err)
		}
		h.settle(gateway.KeepRows - time.Hour)
		if _, err := h.db.Sent(t.Context(), mantis, last.ID.Stanza); err != nil {
			t.Errorf("before two weeks are over: %v", err)
		}
		h.settle(3 * time.Hour)
		if _, err := h.db.Sent(t.Context(), mantis, last.ID.Stanza); !fault.Is(err, fault.NotFound) {
			t.Errorf("after two weeks: %v", err)
		}
		if _, err := h.db.Keyed(t.Context(), mantis, "k"); !fault.Is(err, fault.NotFound) {
			t.Errorf("its key: %v", err)
		}
		if s := h.now(last.ID).Status; s != message.Sent {
			t.Errorf("the message is %s", s)
		}
	})
}

// Messages are kept for ever, or as long as is wanted; those that were sent as long as their row.
func TestKeepMessages(t *testing.T) {
	keep := func(d time.Duration) func(*gateway.Options) {
		return func(o *gateway.Options) { silent(o); o.KeepMessages = d }
	}
	for _, tt := range []struct {
		keep, after    time.Duration
		received, sent bool
	}{
		{0, 1000 * 24 * time.Hour, true, true},
		{48 * time.Hour, 47 * time.Hour, true, true},
		{48 * time.Hour, 50 * time.Hour, false, true},
		{48 * time.Hour, gateway.KeepRows + 3*time.Hour, false, false},
	} {
		t.Run(fmt.Sprint(tt.keep, " after ", tt.after), func(t *testing.T) {
			inHouse(t, keep(tt.keep), func(t *testing.T, h *house) {
				sent := h.say("hello")
				var got message.Message
				for i := range 450 { // more than one step
					got = h.hear(written(fmt.Sprintf("3A01020304050607%04X", i), message.Text{Body: "hi"}))
				}
				h.settle(tt.after)
				for m, want := range map[id.Message]bool{sent.ID: tt.sent, got.ID: tt.received} {
					_, err := h.Message(t.Context(), mantis, m)
					if want != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
						t.Errorf("from me %t: %v", m.FromMe, err)
					}
				}
			})
		})
	}
}
