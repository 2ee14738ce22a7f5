package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// silent makes Send answer at once.
func silent(o *gateway.Options) { o.AckWait = -1 }

func TestSend(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.say("hello")
		if m.Status != message.Sent || m.From != ours || !m.ID.FromMe || m.ID.Chat != theirs.Private() || m.Source != message.SourceAPI {
			t.Errorf("answer %+v", m)
		}
		if got := h.now(m.ID); got.Status != message.Sent || got.Content != (message.Text{Body: "hello"}) {
			t.Errorf("stored %+v", got)
		}
		if a := h.net.attempts(); len(a) != 1 || a[0].Stanza != m.ID.Stanza {
			t.Errorf("attempts %+v", a)
		}
		h.wantTold("message hello sent", "status sent")
	})
}

// What is accepted while there is no connection waits, burns no attempt, and leaves in order. It
// is more than an actor keeps in memory.
func TestOfflineQueue(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.connect(false)
		var want []string
		for i := range 300 {
			body := fmt.Sprintf("m%03d", i)
			if m := h.say(body); m.Status != message.Pending {
				t.Fatalf("status %s while offline", m.Status)
			}
			want = append(want, body)
		}
		h.settle(time.Hour)
		if n := len(h.net.attempts()); n != 0 {
			t.Fatalf("%d attempts while offline", n)
		}
		h.net.connect(true)
		h.settle(time.Second)
		if got := h.net.bodies(); !slices.Equal(got, want) {
			t.Errorf("sent %d messages: %q", len(got), got)
		}
		if n, err := h.db.Waiting(t.Context(), mantis); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
	})
}

func TestPendingAfterAckWait(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.connect(false)
		began := time.Now()
		m := h.say("late")
		if m.Status != message.Pending || time.Since(began) != 5*time.Second {
			t.Errorf("status %s after %v, want pending after 5 s", m.Status, time.Since(began))
		}
		h.net.connect(true)
		h.settle(0)
		if got := h.now(m.ID); got.Status != message.Sent {
			t.Errorf("status %s after the connection came back", got.Status)
		}
	})
}

// The caller may leave: what was accepted goes out all the same.
func TestCallerLeaves(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.connect(false)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		m, err := h.Send(ctx, mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "bye"}})
		if err != nil || m.Status != message.Pending {
			t.Fatalf("%+v, %v", m, err)
		}
		h.net.connect(true)
		h.settle(0)
		if got := h.net.bodies(); !slices.Equal(got, []string{"bye"}) {
			t.Errorf("sent %q", got)
		}
	})
}

// Each caller's messages leave in the order of its calls, each once, whoever sends beside it.
func TestManyCallers(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		const callers, each = 8, 25
		var all sync.WaitGroup
		for c := range callers {
			all.Go(func() {
				for i := range each {
					m, err := h.send(message.Text{Body: fmt.Sprintf("%d-%02d", c, i)})
					if err != nil || m.Status != message.Sent {
						t.Errorf("%d-%02d: %s, %v", c, i, m.Status, err)
					}
				}
			})
		}
		all.Wait()
		got := h.net.bodies()
		if len(got) != callers*each {
			t.Fatalf("%d attempts, want %d", len(got), callers*each)
		}
		next := [callers]int{}
		for _, body := range got {
			var c, i int
			fmt.Sscanf(body, "%d-%d", &c, &i)
			if i != next[c] {
				t.Fatalf("%s left when %d was next", body, next[c])
			}
			next[c]++
		}
	})
}

// The order of the rows is the order of the attempts, also among callers at the same time.
func TestOrderOfAccept(t *testing.T) {
	var rows accepted
	inHouse(t, func(o *gateway.Options) {
		silent(o)
		rows.Store = o.Store
		o.Store = &rows
	}, func(t *testing.T, h *house) {
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { h.say(fmt.Sprint(i)) })
		}
		all.Wait()
		h.settle(time.Minute)
		want := rows.inOrder()
		if got := h.net.bodies(); !slices.Equal(got, want) {
			t.Errorf("sent %q\nwant %q", got, want)
		}
	})
}

// accepted notes the place that each row got.
type accepted struct {
	store.Store
	mu    sync.Mutex
	place map[int64]string
}

func (a *accepted) Accept(ctx context.Context, o store.Outbound, m message.Message) (int64, error) {
	seq, err := a.Store.Accept(ctx, o, m)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.place == nil {
		a.place = map[int64]string{}
	}
	a.place[seq] = string(o.Payload)
	return seq, err
}

func (a *accepted) inOrder() (list []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var places []int64
	for seq := range a.place {
		places = append(places, seq)
	}
	slices.Sort(places)
	for _, seq := range places {
		list = append(list, a.place[seq])
	}
	return list
}

// An attempt of which nobody knows the outcome is repeated under the same id, and only that.
func TestUnknownOutcome(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		cuts := 2
		h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
			if cuts--; cuts >= 0 {
				return backend.Ack{}, errCut
			}
			return ack()
		}
		began := time.Now()
		m := h.say("once")
		if m.Status != message.Sent {
			t.Errorf("status %s", m.Status)
		}
		// 1 s and 2 s, a fifth more or less
		if took := time.Since(began); took < 2400*time.Millisecond || took > 3600*time.Millisecond {
			t.Errorf("two failures took %v", took)
		}
		a := h.net.attempts()
		if len(a) != 3 {
			t.Fatalf("%d attempts, want 3", len(a))
		}
		for _, e := range a {
			if e.Stanza != m.ID.Stanza || string(e.Payload) != "once" {
				t.Errorf("attempt with another envelope: %+v", e)
			}
		}
		h.wantTold("message once sent", "status sent")
	})
}

// A message that nobody ever confirms does not block the channel for good.
func TestPoison(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.answer = func(_ context.Context, e backend.Envelope) (backend.Ack, error) {
			if string(e.Payload) == "poison" {
				return backend.Ack{}, errCut
			}
			return ack()
		}
		bad, good := h.say("poison"), h.say("good")
		h.settle(time.Minute)
		if got := h.now(good.ID); got.Status != message.Pending {
			t.Errorf("the second overtook the first: %s", got.Status)
		}
		h.settle(30 * time.Minute)
		h.wantFailed(bad.ID, "unknown_outcome")
		if got := h.now(good.ID); got.Status != message.Sent {
			t.Errorf("the message behind it is %s", got.Status)
		}
		h.wantTold("status failed", "message good sent", "status sent")
	})
}

// A message that makes the session panic, or that it can't read, ends as well, and the process lives.
func TestPoisonousEnvelope(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.answer = func(_ context.Context, e backend.Envelope) (backend.Ack, error) {
			switch string(e.Payload) {
			case "panic":
				panic("a mistake in the library")
			case "unreadable":
				return backend.Ack{}, fault.New(fault.Internal, "no such encoding")
			}
			return ack()
		}
		bad := h.say("unreadable")
		worse := h.say("panic")
		good := h.say("good")
		h.settle(0)
		h.wantFailed(bad.ID, "unsendable")
		h.settle(10 * time.Minute)
		h.wantFailed(worse.ID, "unknown_outcome")
		if got := h.now(good.ID); got.Status != message.Sent {
			t.Errorf("the message behind them is %s", got.Status)
		}
	})
}

func (h *house) wantFailed(m id.Message, code string) {
	h.t.Helper()
	h.settle(0)
	got, reason, err := h.db.Failure(h.t.Context(), mantis, m)
	if s := h.now(m).Status; s != message.Failed || got != code || reason == "" || err != nil {
		h.t.Errorf("status %s, code %q, reason %q, %v; want failed with %q", s, got, reason, err, code)
	}
}

// The codes are WhatsApp's; what they mean to a caller follows from what was seen of them: 405 and
// 479 are about the stanza's form, 403, 404 and 463 about the recipient.
func TestRefusal(t *testing.T) {
	for code, kind := range map[int]fault.Kind{
		403: fault.Forbidden, 404: fault.Forbidden, 463: fault.Forbidden,
		400: fault.Unsupported, 405: fault.Unsupported, 479: fault.Unsupported, 473: fault.Unsupported,
		429: fault.Busy, 599: fault.Unavailable,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			inHouse(t, nil, func(t *testing.T, h *house) {
				h.net.answer = func(_ context.Context, e backend.Envelope) (backend.Ack, error) {
					if string(e.Payload) == "bad" {
						return backend.Ack{}, fmt.Errorf("send: %w", &backend.Refusal{Code: code, Reason: "Because."})
					}
					return ack()
				}
				_, err := h.send(message.Text{Body: "bad"})
				f := fault.Of(err)
				if err == nil || f.Kind != kind || f.Code != fmt.Sprintf("whatsapp_%d", code) || f.Message != "Because." {
					t.Errorf("error %+v", f)
				}
				a := h.net.attempts()
				if len(a) != 1 {
					t.Fatalf("%d attempts at what was refused", len(a))
				}
				h.wantFailed(id.Message{Stanza: a[0].Stanza, Chat: a[0].Chat, FromMe: true}, f.Code)
				h.wantTold("status failed")
				if m := h.say("good"); m.Status != message.Sent {
					t.Errorf("the next message is %s", m.Status)
				}
			})
		})
	}
}

func TestExpiry(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { silent(o); o.Expiry = time.Hour }, func(t *testing.T, h *house) {
		h.net.connect(false)
		h.told()
		m := h.say("too late")
		h.settle(59 * time.Minute)
		if s := h.now(m.ID).Status; s != message.Pending {
			t.Errorf("status %s before it expires", s)
		}
		h.settle(2 * time.Minute)
		h.wantFailed(m.ID, "expired")
		h.wantTold("status failed")
		h.net.connect(true)
		h.settle(0)
		if a := h.net.attempts(); len(a) != 0 {
			t.Errorf("an expired message left: %+v", a)
		}
	})
}

// A message may say for itself how long it is of use; the one behind it waits on.
func TestExpiryOfOne(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.connect(false)
		code, err := h.Send(t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "code"}, Expiry: 5 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		h.say("news")
		h.settle(4 * time.Minute)
		h.restart() // the time goes on
		h.settle(2 * time.Minute)
		h.wantFailed(code.ID, "expired")
		h.net.connect(true)
		h.settle(0)
		if got := h.net.bodies(); !slices.Equal(got, []string{"news"}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestBusy(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { silent(o); o.MaxQueue = 2 }, func(t *testing.T, h *house) {
		h.net.connect(false)
		h.say("1")
		h.say("2")
		_, err := h.send(message.Text{Body: "3"})
		if f := fault.Of(err); f.Kind != fault.Busy || f.RetryAfter <= 0 {
			t.Errorf("error %+v, want busy with a time", f)
		}
		h.restart() // what waits still counts
		if _, err := h.send(message.Text{Body: "3"}); !fault.Is(err, fault.Busy) {
			t.Errorf("after a restart: %v, want busy", err)
		}
		h.net.connect(true)
		h.settle(0)
		h.say("4")
		h.settle(0)
		if got := h.net.bodies(); !slices.Equal(got, []string{"1", "2", "4"}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestSendRefusesBeforeAnything(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		if _, err := h.Send(t.Context(), mantis, gateway.Draft{Content: message.Text{Body: "x"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("no recipient: %v", err)
		}
		if _, err := h.send(nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("no content: %v", err)
		}
		if _, err := h.Send(t.Context(), "NOBODY", gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "x"}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown channel: %v", err)
		}
		if n, err := h.db.Waiting(t.Context(), mantis); n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// "typing" is shown first, again every 10 s, and adds to the time of the call. A second attempt
// does without.
func TestTyping(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		cut := true
		h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
			if cut {
				cut = false
				return backend.Ack{}, errCut
			}
			return ack()
		}
		began := time.Now()
		m, err := h.Send(t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "slow"}, Typing: 25 * time.Second})
		if err != nil || m.Status != message.Sent {
			t.Fatalf("%s, %v", m.Status, err)
		}
		if took := time.Since(began); took < 25*time.Second || took > 27*time.Second || h.net.typed != 3 {
			t.Errorf("took %v, typing shown %d times; want 25 s and 3", took, h.net.typed)
		}
	})
}
