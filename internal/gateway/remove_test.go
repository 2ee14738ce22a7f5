package gateway_test

import (
	"context"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// A channel is removed while a message of it is on its way and others wait: who waits is answered,
// nothing of it is left, and the channel beside it does not notice.
func TestRemoveChannel(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { o.AckWait = time.Hour }, func(t *testing.T, h *house) {
		h.add()
		if _, err := h.Login(t.Context(), heron); err != nil {
			t.Fatal(err)
		}
		if err := h.net.session(heron).scan(theirs); err != nil {
			t.Fatal(err)
		}
		under := make(chan struct{})
		h.net.set(func() {
			h.net.answer = func(ctx context.Context, e backend.Envelope) (backend.Ack, error) {
				if string(e.Payload) != "never acked" {
					return ack()
				}
				close(under)
				<-ctx.Done()
				return backend.Ack{}, ctx.Err()
			}
		})
		failed := make(chan error, 2)
		send := func(text string) {
			_, err := h.Send(t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: text}})
			failed <- err
		}
		go send("never acked")
		<-under
		go send("waits behind")
		h.settle(0)
		if err := h.RemoveChannel(t.Context(), mantis); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := <-failed; !isNotFound(err) && !fault.Is(err, fault.Unpaired) {
				t.Errorf("a waiting caller got %v", err)
			}
		}
		if _, err := h.Health(t.Context(), mantis); !isNotFound(err) {
			t.Errorf("health of the removed channel: %v", err)
		}
		if err := h.RemoveChannel(t.Context(), mantis); !isNotFound(err) {
			t.Errorf("removed again: %v", err)
		}
		if _, err := h.Authenticate(t.Context(), "token"); !isNotFound(err) {
			t.Errorf("its token: %v", err)
		}
		if h.net.session(mantis) != nil {
			t.Error("its session is open")
		}
		h.wantState(heron, channel.Connected)
		if m, err := h.Send(t.Context(), heron, gateway.Draft{To: ours.Private(), Content: message.Text{Body: "still there"}}); m.Status != message.Sent || err != nil {
			t.Errorf("the other channel sends %+v, %v", m, err)
		}
		h.settle(time.Minute)
		if _, _, err := h.AddChannel(t.Context(), gateway.NewChannel{ID: mantis}); err != nil {
			t.Errorf("the same name again: %v", err)
		}
	})
}

// Tokens end, by their time, by being replaced, or at once.
func TestTokenLife(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		opens := func(secret string) id.Channel {
			k, err := h.Authenticate(t.Context(), secret)
			if isNotFound(err) {
				return "nothing"
			}
			if err != nil {
				t.Fatal(err)
			}
			return k.Channel
		}
		k, first, err := h.AddToken(t.Context(), mantis, gateway.NewToken{
			Name: "bot", Scopes: []channel.Scope{channel.Read}, ExpiresAt: time.Now().Add(time.Hour),
		})
		if err != nil || opens(first) != mantis {
			t.Fatal(err)
		}
		next, second, err := h.RotateToken(t.Context(), mantis, k.ID, time.Minute)
		if err != nil || next.Name != "bot" || len(next.Scopes) != 1 || opens(first) != mantis || opens(second) != mantis {
			t.Errorf("rotated to %+v, %v", next, err)
		}
		h.settle(time.Minute)
		if opens(first) != "nothing" || opens(second) != mantis {
			t.Error("the old token outlives its overlap, or the new one does not")
		}
		if _, _, err := h.RotateToken(t.Context(), mantis, k.ID, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("rotating what has expired: %v", err)
		}
		if err := h.RevokeToken(t.Context(), mantis, next.ID); err != nil || opens(second) != "nothing" {
			t.Errorf("revoked: %v", err)
		}
		_, admin, err := h.AddToken(t.Context(), "", gateway.NewToken{})
		if err != nil || opens(admin) != "" {
			t.Errorf("admin token: %v", err)
		}
		for name, n := range map[string]gateway.NewToken{
			"unknown scope": {Scopes: []channel.Scope{"fly"}}, "past": {ExpiresAt: time.Now()}, "name": {Name: "a\nb"},
		} {
			if _, _, err := h.AddToken(t.Context(), mantis, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
