package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/message"
)

// The caller is answered at the ack and the next message leaves, while the database is away; at most
// so many ends are open, and all of them are stored when it is back, in order.
func TestEndsAreStoredBehind(t *testing.T) {
	var db flaky
	inHouse(t, func(o *gateway.Options) { db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		db.finishFails.Store(1000)
		began := time.Now()
		first := h.say("one")
		h.say("two")
		if first.Status != message.Sent || time.Since(began) != 0 {
			t.Errorf("%s after %v", first.Status, time.Since(began))
		}
		if s := h.now(first.ID).Status; s != message.Sent {
			t.Errorf("the message reads as %s", s)
		}
		if m, err := h.db.Message(t.Context(), mantis, first.ID); err != nil || m.Status != message.Pending {
			t.Fatalf("the database knows the end: %s, %v", m.Status, err)
		}
		h.AckWait = -1
		for range 100 {
			h.say("more")
		}
		h.settle(10 * time.Second)
		if n := len(h.net.attempts()); n < 10 || n > 66 {
			t.Errorf("%d attempts while no end can be stored, want about 64 at most", n)
		}
		db.finishFails.Store(0)
		h.settle(2 * time.Minute)
		if n := len(h.net.attempts()); n != 102 {
			t.Errorf("%d attempts for 102 messages", n)
		}
		if n, err := h.db.Waiting(t.Context(), mantis); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
		got := h.told()
		if want := []string{"message one sent", "status sent", "message two sent", "status sent", "message more sent"}; !slices.Equal(got[:5], want) || len(got) != 204 {
			t.Errorf("%d were told, first %q", len(got), got[:5])
		}
	})
}

// A kill between the ack and its commit sends the same message again, under the same id.
func TestKilledBeforeTheEndIsStored(t *testing.T) {
	var db flaky
	inHouse(t, func(o *gateway.Options) { db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		db.finishFails.Store(1000)
		m := h.say("once")
		h.restart()
		db.finishFails.Store(0)
		h.settle(time.Minute)
		a := h.net.attempts()
		if len(a) != 2 || a[0].Stanza != a[1].Stanza || a[0].Stanza != m.ID.Stanza {
			t.Errorf("attempts %+v, want two with one id", a)
		}
		if n, err := h.db.Waiting(t.Context(), mantis); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
	})
}

// A receipt that comes while the ack is not stored yet is told after it.
func TestReceiptComesFirst(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		session := h.net.session(mantis)
		heard := make(chan error, 1)
		h.net.set(func() {
			h.net.answer = func(_ context.Context, e backend.Envelope) (backend.Ack, error) {
				read := event.StatusChanged{Message: message.Message{}.ID, Status: message.Delivered, At: time.Now()}
				read.Message.Stanza, read.Message.Chat, read.Message.FromMe = e.Stanza, e.Chat, true
				go func() { heard <- session.hear(read) }()
				<-time.After(100 * time.Millisecond)
				return ack()
			}
		})
		m := h.say("quick")
		if err := <-heard; err != nil {
			t.Fatal(err)
		}
		h.wantTold("message quick sent", "status sent", "status delivered")
		if s := h.now(m.ID).Status; s != message.Delivered {
			t.Errorf("status %s", s)
		}
	})
}

// A receipt does not wait for ever for an ack that is lost.
func TestReceiptOfLostAck(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.set(func() {
			h.net.answer = func(ctx context.Context, _ backend.Envelope) (backend.Ack, error) {
				<-ctx.Done()
				return backend.Ack{}, ctx.Err()
			}
		})
		m := h.say("lost ack")
		h.settle(0)
		began := time.Now()
		read := event.StatusChanged{Message: m.ID, Status: message.Read, At: began}
		if err := h.net.session(mantis).hear(read); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("the receipt waited %v", took)
		}
		h.wantTold("status read")
	})
}

// A clock that is set back does not keep a message waiting until it has caught up.
func TestClockSetBack(t *testing.T) {
	var back time.Duration
	clock := func(o *gateway.Options) { silent(o); o.Now = func() time.Time { return time.Now().Add(-back) } }
	inHouse(t, clock, func(t *testing.T, h *house) {
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
		h.say("now")
		h.settle(0)
		h.close()
		back = 48 * time.Hour
		h.open()
		h.settle(40 * time.Second)
		if n := len(h.net.attempts()); n != 2 {
			t.Errorf("%d attempts, 40 s after the clock went back by two days", n)
		}
	})
}

// A clock that is set while messages wait makes none expire early, keeps none waiting, and sweeps nothing:
// neither rows in memory nor those that only the database has.
func TestClockLeaps(t *testing.T) {
	for _, leap := range []time.Duration{60 * 24 * time.Hour, -60 * 24 * time.Hour} {
		t.Run(leap.String(), func(t *testing.T) {
			var ahead atomic.Int64
			clock := func(o *gateway.Options) {
				silent(o)
				o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			}
			inHouse(t, clock, func(t *testing.T, h *house) {
				m, err := h.ask("keyed", "k", 1)
				if err != nil {
					t.Fatal(err)
				}
				h.settle(0)
				h.net.set(func() {
					h.net.answer = func(_ context.Context, e backend.Envelope) (backend.Ack, error) {
						if len(h.net.attempts()) == 2 {
							return backend.Ack{}, errCut
						}
						return ack()
					}
				})
				h.say("cut once")
				h.settle(0) // it waits a second for its next attempt
				h.net.connect(false)
				for i := range 300 {
					h.say(fmt.Sprint(i))
				}
				ahead.Store(int64(leap))
				h.say("after the leap")
				h.settle(2 * time.Hour) // the sweeper has been round
				h.net.connect(true)
				h.settle(time.Minute)
				if n := len(h.net.attempts()); n != 1+2+301 {
					t.Errorf("%d attempts, want each message once and the cut one twice", n)
				}
				if k, err := h.db.Keyed(t.Context(), mantis, "k"); err != nil || k.Message.String() != m.ID.String() {
					t.Errorf("the key: %v", err)
				}
				h.net.connect(false)
				h.say("too late")
				h.settle(25 * time.Hour)
				h.net.connect(true)
				h.settle(time.Minute)
				if got := h.net.bodies(); got[len(got)-1] == "too late" {
					t.Error("what has waited for a day and an hour was sent")
				}
			})
		})
	}
}

// A broken database is no internal error: the caller shall come back.
func TestStorageFails(t *testing.T) {
	var db flaky
	inHouse(t, func(o *gateway.Options) { db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		db.acceptLies.Store(1)
		_, err := h.send(message.Text{Body: "x"})
		if f := fault.Of(err); f.Kind != fault.Unavailable || f.Code != "storage" || f.RetryAfter <= 0 || !errors.Is(err, errDisk) {
			t.Errorf("error %+v", f)
		}
	})
}
