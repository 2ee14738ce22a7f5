package gateway_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// What waits when the process ends leaves after the next start, in order, under the ids that the
// API has answered with.
func TestRestart(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.connect(false)
		var want []string
		for _, body := range []string{"one", "two", "three"} {
			want = append(want, h.say(body).ID.Stanza)
		}
		h.restart()
		h.net.connect(true)
		want = append(want, h.say("four").ID.Stanza)
		h.settle(0)
		var got []string
		for _, e := range h.net.attempts() {
			got = append(got, e.Stanza)
		}
		if !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

// A hard stop cuts a send off. Its outcome is not known, so the row stays and is sent again.
func TestHardStop(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.answer = func(ctx context.Context, _ backend.Envelope) (backend.Ack, error) {
			<-ctx.Done()
			return backend.Ack{}, ctx.Err()
		}
		m := h.say("cut off")
		h.settle(0)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := h.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop: %v, want the end of the context", err)
		}
		h.net.set(func() { h.net.answer = nil })
		h.restart()
		h.settle(0)
		a := h.net.attempts()
		if len(a) != 2 || a[0].Stanza != a[1].Stanza {
			t.Errorf("attempts %+v, want two with one id", a)
		}
		if s := h.now(m.ID).Status; s != message.Sent {
			t.Errorf("status %s", s)
		}
		h.told()
	})
}

// A soft stop waits for the send in flight, and begins no other.
func TestSoftStop(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
			<-time.After(10 * time.Second)
			return ack()
		}
		first, second := h.say("in flight"), h.say("behind it")
		h.settle(time.Second)
		if err := h.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for m, want := range map[*message.Message]message.Status{&first: message.Sent, &second: message.Pending} {
			if got, err := h.db.Message(t.Context(), mantis, m.ID); err != nil || got.Status != want {
				t.Errorf("%v is %s (%v), want %s", m.Content, got.Status, err, want)
			}
		}
		if n := len(h.net.attempts()); n != 1 {
			t.Errorf("%d attempts", n)
		}
		if _, err := h.send(message.Text{Body: "too late"}); err == nil {
			t.Error("a stopped gateway accepts messages")
		}
	})
}

func TestStopStress(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		for range 2 {
			if err := h.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if h.net.session(mantis) != nil {
			t.Error("the session is still open")
		}
		if err := h.Start(t.Context()); err == nil {
			t.Error("a stopped gateway starts again")
		}
		never, err := gateway.New(gateway.Options{Store: h.db, Backend: h.net, Planner: h.plan})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := never.Stop(t.Context()); err != nil {
				t.Errorf("stop without start: %v", err)
			}
		}
	})
}

// flaky is a database that fails now and then, before or after it has done its work.
type flaky struct {
	store.Store
	acceptLies, finishFails, readFails atomic.Int32
}

var errDisk = errors.New("disk on fire")

func take(n *atomic.Int32) bool { return n.Add(-1) >= 0 }

func (f *flaky) Accept(ctx context.Context, o store.Outbound, m message.Message) (int64, error) {
	seq, err := f.Store.Accept(ctx, o, m)
	if err == nil && take(&f.acceptLies) {
		return 0, errDisk
	}
	return seq, err
}

func (f *flaky) Finish(ctx context.Context, ch id.Channel, ends ...store.Ending) error {
	if take(&f.finishFails) {
		return errDisk
	}
	return f.Store.Finish(ctx, ch, ends...)
}

func (f *flaky) NextOutbound(ctx context.Context, ch id.Channel, after int64) (store.Outbound, bool, error) {
	if take(&f.readFails) {
		return store.Outbound{}, false, errDisk
	}
	return f.Store.NextOutbound(ctx, ch, after)
}

// When the database does not say whether a row was accepted, the row decides: it leaves, and in
// its place.
func TestAcceptInDoubt(t *testing.T) {
	var db flaky
	inHouse(t, func(o *gateway.Options) { silent(o); db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		h.say("one")
		db.acceptLies.Store(1)
		db.readFails.Store(2)
		if _, err := h.send(message.Text{Body: "two"}); !errors.Is(err, errDisk) {
			t.Fatalf("error %v", err)
		}
		h.say("three")
		h.settle(time.Minute)
		if got := h.net.bodies(); !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("sent %q", got)
		}
		if n, err := h.db.Waiting(t.Context(), mantis); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
	})
}

// An ack that can't be stored at once is stored later; the message is not sent again meanwhile.
func TestFinishFails(t *testing.T) {
	var db flaky
	inHouse(t, func(o *gateway.Options) { silent(o); db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		db.finishFails.Store(3)
		m := h.say("once")
		h.settle(time.Minute)
		if n := len(h.net.attempts()); n != 1 {
			t.Errorf("%d attempts", n)
		}
		if s := h.now(m.ID).Status; s != message.Sent {
			t.Errorf("status %s", s)
		}
		h.wantTold("message once sent", "status sent")
	})
}
