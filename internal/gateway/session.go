package gateway

import (
	"context"
	"log/slog"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// launch opens a session in place of the one there is, and connects it. With a condition it does
// so only if that holds.
func (a *actor) launch(only func(v *view, now time.Time) bool) error {
	a.control.Lock()
	defer a.control.Unlock()
	if a.closed {
		return errNotRunning()
	}
	if only != nil && !only(a.view.Load(), a.Now()) {
		return nil
	}
	a.closeSession()
	err := a.open(a.view.Load().channel.Device)
	if fault.Is(err, fault.Unpaired) {
		a.change(func(v *view) error {
			a.forget(a.hard, v, backend.Troubled(channel.TroubleOf(channel.KeysGone)))
			return nil
		})
		return nil
	}
	if err != nil {
		a.log().Error("session not started", "error", err)
		a.change(func(v *view) error {
			t := channel.TroubleOf(channel.NotStarted)
			v.why = why{t.Code, t.Reason()}
			return nil
		})
	}
	return err
}

// open opens a session for a device and connects it. control is held.
func (a *actor) open(device string) error {
	l, set := &link{actor: a}, a.view.Load().channel.Settings
	s, err := a.Backend.Open(a.hard, backend.SessionOptions{
		Channel: a.id, Device: device, Proxy: set.Proxy, Offline: set.Offline, AutoRead: set.AutoRead,
		Sink: l, Ledger: a,
	})
	if err != nil {
		return err
	}
	a.change(func(v *view) error {
		v.session, v.link, v.live = s, l, true
		v.state, v.why, v.until, v.qr = channel.Idle, why{}, time.Time{}, Login{}
		return nil
	})
	err = s.Connect(a.hard)
	if err != nil { // the session stays: messages can be prepared and accepted with it
		a.change(func(v *view) error {
			v.live = false
			return nil
		})
	}
	return err
}

// closeSession closes the session, if there is one. control is held.
func (a *actor) closeSession() {
	s := a.view.Load().session
	if s == nil {
		return
	}
	a.change(func(v *view) error {
		v.session, v.link, v.live, v.qr = nil, nil, false, Login{}
		if !v.state.Terminal() {
			v.state = channel.Idle
		}
		return nil
	})
	if err := s.Close(); err != nil {
		a.log().Warn("session not closed cleanly", "error", err)
	}
}

// forget removes the channel's identity because its pairing has ended. mu is held. What the
// database does not learn now, it learns when the next start finds the keys gone.
func (a *actor) forget(ctx context.Context, v *view, s backend.StateChange) {
	if v.channel.Paired() {
		if err := a.Store.SetIdentity(ctx, a.id, "", "", "", s.Fault); err != nil {
			a.log().Error("end of pairing not stored", "error", err)
		}
	}
	gone := event.UserChanged{Number: v.channel.Number, PushName: v.channel.PushName}
	v.channel.Number, v.channel.Device, v.channel.PushName = "", "", ""
	v.live, v.qr, v.ended = false, Login{}, why{s.Fault, s.Reason}
	a.enter(ctx, v, s)
	if gone.Number != "" {
		a.record(ctx, "channel.unpaired")
		a.tell(ctx, v, gone)
	}
}

// enter puts the channel into a state and tells of it. mu is held.
func (a *actor) enter(ctx context.Context, v *view, s backend.StateChange) {
	now := why{s.Fault, s.Reason}
	if v.state == s.State && v.why == now {
		return
	}
	a.log().Info("channel state", "from", v.state, "to", s.State, "fault", s.Fault, "reason", s.Reason)
	v.state, v.why, v.until = s.State, now, s.Until
	if s.State != channel.Pairing {
		v.qr = Login{}
	}
	a.tell(ctx, v, event.StateChanged{State: s.State, Fault: s.Fault, Reason: s.Reason, StartedAt: a.startedAt})
}

// tell tells webhooks of the channel itself. mu is held. It is no reason to fail when that does not
// work: the view is what counts.
func (a *actor) tell(ctx context.Context, v *view, p event.Payload) {
	rec, err := a.plan(v.channel, p)
	if err == nil {
		err = a.Store.Tell(ctx, rec)
	}
	if err != nil {
		a.log().Error("channel event not told", "error", err)
		return
	}
	a.wakeFor(rec.Webhooks)
}

func (a *actor) wakeFor(webhooks []string) {
	if len(webhooks) > 0 {
		a.Planner.Wake(a.id)
	}
}

// Wake launches the session of a channel that has given up: one whose QR codes ran out, or whose
// pairing has ended. It does nothing when the session is up or on its way.
func (g *Gateway) Wake(_ context.Context, ch id.Channel) error {
	a, err := g.actor(ch)
	if err != nil {
		return err
	}
	if err := a.launch(dead); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The session of this channel could not be started")
	}
	return nil
}

// log returns the channel's logger.
func (a *actor) log() *slog.Logger { return a.Log.With("channel", a.id) }
