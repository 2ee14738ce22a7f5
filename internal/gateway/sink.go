package gateway

import (
	"context"
	"errors"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/message"
)

// link is what a session was opened with. It carries the session's word to the actor, as long as
// the session is the current one.
type link struct{ *actor }

var (
	_ backend.Sink   = (*link)(nil)
	_ backend.Ledger = (*actor)(nil)
)

// errStale says that a session was replaced by another one and has no say any more.
var errStale = errors.New("the session has been replaced")

// Handle implements backend.Sink. What a replaced session still hands over counts like any other.
func (l *link) Handle(ctx context.Context, in []event.Payload) error { return l.receive(ctx, in) }

// Paired implements backend.Sink.
func (l *link) Paired(ctx context.Context, who backend.Identity) error {
	return l.change(func(v *view) error {
		if v.link != l {
			return errStale
		}
		if err := l.Store.SetIdentity(ctx, l.id, who.Number, who.Device, who.PushName, ""); err != nil {
			return err
		}
		v.channel.Number, v.channel.Device, v.channel.PushName = who.Number, who.Device, who.PushName
		v.qr, v.ended = Login{}, why{}
		l.log().Info("channel paired", "number", who.Number)
		l.record(ctx, "channel.paired")
		l.tell(ctx, v, event.UserChanged{Number: who.Number, PushName: who.PushName, Paired: true})
		return nil
	})
}

// Named implements backend.Sink.
func (l *link) Named(ctx context.Context, pushName string) {
	err := l.change(func(v *view) error {
		if v.link != l || !v.channel.Paired() || v.channel.PushName == pushName {
			return errStale
		}
		v.channel.PushName = pushName
		return l.Store.SetIdentity(ctx, l.id, v.channel.Number, v.channel.Device, pushName, "")
	})
	if err != nil && !errors.Is(err, errStale) {
		l.log().Warn("name not stored", "error", err)
	}
}

// State implements backend.Sink.
func (l *link) State(ctx context.Context, s backend.StateChange) {
	l.change(func(v *view) error {
		if v.link != l || !v.state.Follows(s.State) {
			return errStale
		}
		if s.State == channel.Unpaired {
			l.forget(ctx, v, s)
			l.spawn(l.drop) // not here: closing a session waits for this very call
			return nil
		}
		if s.Fault == channel.Passkey {
			v.ended = why{s.Fault, s.Reason} // the next code will not help: it is told beside it
		}
		v.live = s.State != channel.Idle && (v.channel.Paired() || !s.State.Terminal())
		l.enter(ctx, v, s)
		return nil
	})
}

// drop closes the session that belongs to the link, if it still is the current one.
func (l *link) drop() {
	l.control.Lock()
	defer l.control.Unlock()
	if l.view.Load().link == l {
		l.closeSession()
	}
}

// QR implements backend.Sink.
func (l *link) QR(ctx context.Context, text string, until time.Time) {
	l.change(func(v *view) error {
		if v.link != l {
			return errStale
		}
		v.qr = Login{QR: text, ExpiresAt: until}
		l.tell(ctx, v, event.CodeShown{Text: text, Until: until})
		return nil
	})
}

// Sent implements backend.Ledger.
func (a *actor) Sent(ctx context.Context, stanza string) (backend.Envelope, time.Time, error) {
	r, ended := a.line.result(stanza) // asked first: what it does not know, the database knows
	o, err := a.Store.Sent(ctx, a.id, stanza)
	if err != nil {
		return backend.Envelope{}, time.Time{}, err
	}
	if ended && o.SentAt.IsZero() && r.Status == message.Sent {
		o.SentAt = r.At
	}
	return envelope(o), o.SentAt, nil
}
