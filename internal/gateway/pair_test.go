package gateway_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

const heron = id.Channel("HERON-23456")

func isNotFound(err error) bool { return fault.Is(err, fault.NotFound) }

// add adds a second channel, which is not paired.
func (h *house) add() {
	h.t.Helper()
	if _, _, err := h.AddChannel(h.t.Context(), gateway.NewChannel{ID: heron, Name: "second"}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) wantState(ch id.Channel, want channel.State) gateway.Health {
	h.t.Helper()
	got, err := h.Health(h.t.Context(), ch)
	if err != nil || got.State != want {
		h.t.Errorf("channel %s is %s (%s), %v; want %s", ch, got.State, got.Reason, err, want)
	}
	return got
}

func TestPair(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.add()
		h.wantState(heron, channel.Idle)
		_, err := h.Send(t.Context(), heron, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "x"}})
		if f := fault.Of(err); f.Kind != fault.Unpaired || f.Message != "need channel authorization for send message" {
			t.Errorf("send on an unpaired channel: %+v", f)
		}
		code, err := h.Login(t.Context(), heron)
		if err != nil || code.QR != "qr-1" || time.Until(code.ExpiresAt) != time.Minute {
			t.Errorf("code %+v, %v", code, err)
		}
		h.wantState(heron, channel.Pairing)
		if err := h.net.session(heron).scan("4915112345678"); err != nil {
			t.Fatal(err)
		}
		if got := h.wantState(heron, channel.Connected); got.Channel.Number != "4915112345678" {
			t.Errorf("number %s", got.Channel.Number)
		}
		if _, err := h.Login(t.Context(), heron); !fault.Is(err, fault.Conflict) || fault.Of(err).Message != "Channel already authenticated" {
			t.Errorf("login when paired: %v", err)
		}
		h.restart()
		if got := h.wantState(heron, channel.Connected); got.Channel.Device != "device of 4915112345678" {
			t.Errorf("device %s after a restart", got.Channel.Device)
		}
		h.told()
	})
}

// A pairing whose codes ran out begins anew when somebody asks, and an expired code is not shown.
func TestLoginAgain(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.add()
		if _, err := h.Login(t.Context(), heron); err != nil {
			t.Fatal(err)
		}
		first := h.net.session(heron)
		h.settle(2 * time.Minute) // the code is over, and no other comes
		began := time.Now()
		if code, err := h.Login(t.Context(), heron); code.QR != "" || err != nil || time.Since(began) != 10*time.Second {
			t.Errorf("got %+v, %v after %v; want nothing after 10 s", code, err, time.Since(began))
		}
		time.AfterFunc(3*time.Second, func() { first.show("qr-2", time.Minute) })
		if code, err := h.Login(t.Context(), heron); code.QR != "qr-2" || err != nil {
			t.Errorf("got %+v, %v; want the next code", code, err)
		}
		first.state(channel.Idle) // the codes ran out
		h.wantState(heron, channel.Idle)
		if code, err := h.Login(t.Context(), heron); code.QR != "qr-1" || err != nil {
			t.Errorf("got %+v, %v; want the code of a new session", code, err)
		}
		if h.net.session(heron) == first {
			t.Error("the old session is still there")
		}
		first.Sink.State(t.Context(), backend.StateChange{State: channel.Connected}) // too late
		h.wantState(heron, channel.Pairing)
		if err := first.Sink.Paired(t.Context(), backend.Identity{Device: "d", Number: "1"}); err == nil {
			t.Error("a replaced session pairs")
		}
	})
}

// Many ask at once; one session is opened (the network panics at two).
func TestLoginTogether(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.add()
		before := h.net.opened
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if code, err := h.Login(t.Context(), heron); code.QR != "qr-1" || err != nil {
					t.Errorf("got %+v, %v", code, err)
				}
			})
			all.Go(func() { h.Wake(t.Context(), heron) })
		}
		all.Wait()
		if n := h.net.opened - before; n != 1 {
			t.Errorf("%d sessions opened", n)
		}
	})
}

func TestLoginCode(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.add()
		if code, err := h.LoginCode(t.Context(), heron, "4915112345678"); code != "CODE-4915" || err != nil {
			t.Errorf("code %q, %v", code, err)
		}
		if _, err := h.LoginCode(t.Context(), heron, "+49"); !fault.Is(err, fault.Invalid) {
			t.Errorf("impossible number: %v", err)
		}
	})
}

func TestLogout(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		h.net.connect(false)
		m := h.say("never")
		h.told()
		if err := h.Logout(t.Context(), mantis); err != nil {
			t.Fatal(err)
		}
		h.wantState(mantis, channel.Unpaired)
		h.settle(0)
		h.wantFailed(m.ID, "unpaired")
		h.wantTold("channel unpaired", "user 919984351847 delete", "status failed")
		if err := h.Logout(t.Context(), mantis); !fault.Is(err, fault.Conflict) || fault.Of(err).Message != "Channel already logged out" {
			t.Errorf("second logout: %v", err)
		}
		if h.net.session(mantis) != nil {
			t.Error("the session is still open")
		}
		h.restart()
		if got := h.wantState(mantis, channel.Idle); got.Channel.Paired() || got.Channel.Number != "" {
			t.Errorf("after a restart: %+v", got.Channel)
		}
		if err := h.Wake(t.Context(), mantis); err != nil {
			t.Fatal(err)
		}
		h.wantState(mantis, channel.Pairing)
	})
}

// The owner removes the device on the phone.
func TestUnpairedByPhone(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.session(mantis).state(channel.Unpaired)
		h.settle(0)
		if got := h.wantState(mantis, channel.Unpaired); got.Channel.Paired() {
			t.Errorf("still paired: %+v", got.Channel)
		}
		if h.net.session(mantis) != nil {
			t.Error("the session is still open")
		}
		h.wantTold("channel unpaired", "user 919984351847 delete")
		if code, err := h.Login(t.Context(), mantis); code.QR != "qr-1" || err != nil {
			t.Errorf("pairing again: %+v, %v", code, err)
		}
	})
}

// The process died after the keys were deleted and before that was stored.
func TestKeysGoneAtStart(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.set(func() { h.net.lost["device of "+string(ours)] = true })
		h.restart()
		if got := h.wantState(mantis, channel.Unpaired); got.Channel.Paired() || got.Reason == "" {
			t.Errorf("%+v", got)
		}
		c, err := h.db.Channel(t.Context(), mantis)
		if err != nil || c.Paired() {
			t.Errorf("stored as %+v, %v", c, err)
		}
		h.told()
	})
}

// A ban is not hidden by the disconnect that it causes.
func TestBanStays(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		s := h.net.session(mantis)
		s.state(channel.Banned)
		s.state(channel.Waiting)
		h.wantState(mantis, channel.Banned)
		if err := h.Wake(t.Context(), mantis); err != nil || h.net.session(mantis) != s {
			t.Errorf("a banned channel is connected again: %v", err)
		}
		h.wantTold("channel banned")
	})
}

// A temporary ban that is over is tried again when somebody asks.
func TestBanEnds(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		s := h.net.session(mantis)
		s.Sink.State(t.Context(), backend.StateChange{State: channel.Banned, Reason: "Too fast.", Until: time.Now().Add(time.Hour)})
		if got := h.wantState(mantis, channel.Banned); got.Reason != "Too fast." {
			t.Errorf("reason %q", got.Reason)
		}
		h.settle(2 * time.Hour)
		if err := h.Wake(t.Context(), mantis); err != nil {
			t.Fatal(err)
		}
		h.wantState(mantis, channel.Connected)
	})
}

func TestHealth(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.session(mantis).Sink.Named(t.Context(), "Jonathan")
		h.settle(78 * time.Second)
		got := h.wantState(mantis, channel.Connected)
		if got.Uptime.Truncate(time.Second) != 78*time.Second || got.Version != "test" || got.Channel.PushName != "Jonathan" || got.Channel.Number != ours {
			t.Errorf("%+v", got)
		}
		if c, err := h.db.Channel(t.Context(), mantis); c.PushName != "Jonathan" || err != nil {
			t.Errorf("stored %+v, %v", c, err)
		}
		if _, err := h.Health(t.Context(), "NOBODY"); !isNotFound(err) {
			t.Errorf("unknown channel: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		c, token, err := h.AddChannel(t.Context(), gateway.NewChannel{})
		if err != nil || c.ID == "" || c.Name != string(c.ID) || len(token) != 43 {
			t.Fatalf("%+v, %q, %v", c, token, err)
		}
		for given, want := range map[string]id.Channel{"token": mantis, token: c.ID} {
			if got, err := h.Authenticate(t.Context(), given); got.Channel != want || err != nil {
				t.Errorf("Authenticate = %+v, %v; want %q", got, err, want)
			}
		}
		for _, given := range []string{"", "Token", "token "} {
			if _, err := h.Authenticate(t.Context(), given); !isNotFound(err) || fault.Of(err).Message != "Channel not found" {
				t.Errorf("Authenticate(%q): %v", given, err)
			}
		}
		if _, _, err := h.AddChannel(t.Context(), gateway.NewChannel{Token: "token"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a taken token: %v", err)
		}
		if _, _, err := h.AddChannel(t.Context(), gateway.NewChannel{ID: mantis}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a taken id: %v", err)
		}
		list, err := h.Channels(t.Context())
		if err != nil || len(list) != 2 || list[0].ID != mantis || list[1].ID != c.ID {
			t.Errorf("channels %+v, %v", list, err)
		}
	})
}

// Changes come one after the other, so none is lost; the webhooks' planner hears of each.
func TestSettings(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, _, err := h.UpdateSettings(t.Context(), mantis, func(s channel.Settings) (channel.Settings, error) {
					s.Webhooks = append(s.Webhooks, channel.Webhook{URL: "https://example.com"})
					return s, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, ok := h.plan.woken.Load(mantis); !ok {
			t.Error("the planner was not woken")
		}
		no := errors.New("no")
		_, _, err := h.UpdateSettings(t.Context(), mantis, func(s channel.Settings) (channel.Settings, error) {
			s.Webhooks[0].URL = "changed"
			return s, no
		})
		if !errors.Is(err, no) {
			t.Errorf("error %v", err)
		}
		before, after, err := h.UpdateSettings(context.Background(), mantis, func(s channel.Settings) (channel.Settings, error) {
			s.BackoffDelay = 5 * time.Second
			return s, nil
		})
		if err != nil || before.BackoffDelay != 3*time.Second || after.BackoffDelay != 5*time.Second {
			t.Errorf("before %v, after %v, %v", before.BackoffDelay, after.BackoffDelay, err)
		}
		after.Webhooks[0].URL = "the caller's own"
		if now, err := h.Settings(t.Context(), mantis); err != nil || now.Webhooks[0].URL != "https://example.com" {
			t.Errorf("settings %+v, %v", now, err)
		}
		h.restart()
		got, err := h.Settings(t.Context(), mantis)
		if err != nil || len(got.Webhooks) != 20 || got.Webhooks[0].URL != "https://example.com" || got.BackoffDelay != 5*time.Second {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
