package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

const (
	// maxUnknown is how many attempts may end without a known outcome before a message fails, so
	// that one that breaks the connection each time does not block its channel for good.
	maxUnknown = 20
	// typingLasts is how long an app shows "typing" before it has to be told again.
	typingLasts = 10 * time.Second
	// offlinePause is how long a session that calls itself connected, but is not, is left alone.
	offlinePause = time.Second
)

var (
	errExpired  = errors.New("the message has expired")
	errUnpaired = errors.New("the channel is not paired")
)

// serve sends the channel's rows, one after the other, in the order they were accepted.
func (a *actor) serve() {
	defer close(a.done)
	for {
		e, ok := a.next()
		if !ok {
			return
		}
		r, ok := a.carry(e)
		if !ok || !a.finish(e, r) {
			return
		}
	}
}

// next waits for the first row of the line. ok is false when the gateway stops.
func (a *actor) next() (e entry, ok bool) {
	for failed := 0; a.soft.Err() == nil; {
		e, ok, read := a.line.head()
		if ok {
			return e, true
		}
		if !read {
			select {
			case <-a.line.wake:
			case <-a.soft.Done():
			}
			continue
		}
		o, ok, err := a.Store.NextOutbound(a.soft, a.id)
		switch {
		case err != nil:
			a.line.found()
			if failed++; !a.pause(backoff(failed)) {
				return entry{}, false
			}
			a.log().Error("outbox not read", "error", err)
		case ok:
			a.line.found()
			return entry{Outbound: o}, true
		}
	}
	return entry{}, false
}

// carry brings one row to WhatsApp, with as many attempts as it takes. ok is false when the
// gateway stops before the outcome is known.
func (a *actor) carry(e entry) (r result, ok bool) {
	typed := e.Attempts > 0
	for {
		v, err := a.ready(e)
		switch {
		case errors.Is(err, errExpired):
			return failed("expired", "The message could not be sent before it expired.", fault.Unavailable), true
		case errors.Is(err, errUnpaired):
			return failed("unpaired", "The channel was logged out before the message could be sent.", fault.Unpaired), true
		case err != nil:
			return r, false
		}
		if !typed && !a.typing(v, e) {
			return r, false
		}
		typed = true
		ack, err := v.session.Send(a.hard, envelope(e.Outbound))
		refusal := (*backend.Refusal)(nil)
		switch {
		case err == nil:
			return result{Outcome: store.Outcome{Status: message.Sent, At: ack.At}}, true
		case errors.As(err, &refusal):
			return refused(refusal), true
		case a.hard.Err() != nil:
			return r, false
		case errors.Is(err, backend.ErrOffline):
			if a.await(v.changed, offlinePause) != nil {
				return r, false
			}
		case e.Attempts+1 > maxUnknown:
			return failed("unknown_outcome", "WhatsApp did not confirm the message in many attempts.", fault.Unavailable), true
		default:
			a.postpone(&e, err)
		}
	}
}

// ready waits until the row may be attempted, and returns the view with the session to use.
func (a *actor) ready(e entry) (*view, error) {
	for {
		v, now := a.view.Load(), a.Now()
		left := e.ExpiresAt.Sub(now)
		if e.ExpiresAt.IsZero() {
			left = 0
		} else if left <= 0 {
			return nil, errExpired
		}
		wait := e.NextAt.Sub(now)
		switch {
		case a.soft.Err() != nil:
			return nil, a.soft.Err()
		case !v.channel.Paired():
			return nil, errUnpaired
		case wait > 0 && (left == 0 || wait < left):
			left = wait
		case wait <= 0 && v.state == channel.Connected && v.session != nil:
			return v, nil
		}
		if err := a.await(v.changed, left); err != nil {
			return nil, err
		}
	}
}

// typing shows "typing" for as long as the row wants. It is false when the gateway stops.
func (a *actor) typing(v *view, e entry) bool {
	for left := e.Typing; left > 0; left -= typingLasts {
		if err := v.session.Typing(a.soft, e.Message.Chat, true); err != nil {
			a.log().Debug("typing not shown", "error", err)
		}
		if !a.pause(min(left, typingLasts)) {
			return false
		}
	}
	return true
}

// postpone records an attempt of which nobody knows how it ended. The next one goes out under the
// same id, so that it can't become a second message.
func (a *actor) postpone(e *entry, why error) {
	e.Attempts++
	e.NextAt = a.Now().Add(backoff(e.Attempts))
	a.log().Warn("message not confirmed", "message", e.Message.String(), "attempts", e.Attempts, "error", why)
	ctx := context.WithoutCancel(a.hard)
	if err := a.Store.Postpone(ctx, a.id, e.Seq, e.NextAt, why.Error()); err != nil {
		a.log().Error("attempt not recorded", "message", e.Message.String(), "error", err)
	}
}

// finish makes the outcome durable, tells of it, and answers who waits. It is false when that was
// not possible before the gateway stopped: the row is then sent again, under the same id.
func (a *actor) finish(e entry, r result) bool {
	ctx := context.WithoutCancel(a.hard) // what WhatsApp has confirmed is worth a moment more
	if r.At.IsZero() {
		r.At = a.Now().UTC().Truncate(time.Second)
	}
	tell := a.outcome(ctx, e, r.Outcome)
	for n := 1; ; n++ {
		err := a.Store.Finish(ctx, a.id, e.Seq, r.Outcome, tell)
		if err == nil {
			break
		}
		a.log().Error("outcome not stored", "message", e.Message.String(), "error", err)
		if !a.pause(backoff(n)) {
			return false
		}
	}
	a.log().Info("message finished", "message", e.Message.String(), "status", r.Status,
		"code", r.Code, "attempts", e.Attempts+1, "recipe", e.Recipe)
	a.line.end(e, r)
	for _, rec := range tell {
		a.wakeFor(rec.Webhooks)
	}
	return true
}

// outcome returns what webhooks hear of the end of a row: the message, if it was sent, and its
// status. What can't be rendered is not told, since the row has to end.
func (a *actor) outcome(ctx context.Context, e entry, out store.Outcome) []store.Record {
	var told []event.Payload
	if out.Status == message.Sent {
		if m, err := a.messageOf(ctx, e); err == nil {
			m.Status, m.At = out.Status, out.At
			told = append(told, event.MessageSent{Message: m})
		} else {
			a.log().Error("sent message not told", "message", e.Message.String(), "error", err)
		}
	}
	told = append(told, event.StatusChanged{Message: e.Message, Status: out.Status, At: out.At, Reason: out.Reason})

	c := a.view.Load().channel
	list := make([]store.Record, 0, len(told))
	for _, p := range told {
		rec, err := a.plan(c, p)
		if err != nil {
			a.log().Error("outcome not told", "message", e.Message.String(), "error", err)
			continue
		}
		list = append(list, rec)
	}
	return list
}

func (a *actor) messageOf(ctx context.Context, e entry) (message.Message, error) {
	if e.message != nil {
		return *e.message, nil
	}
	return a.Store.Message(ctx, a.id, e.Message)
}

func envelope(o store.Outbound) backend.Envelope {
	return backend.Envelope{Stanza: o.Message.Stanza, Chat: o.Message.Chat, Payload: o.Payload, Recipe: o.Recipe}
}

// backoff returns the wait after the n-th failure in a row: 1, 2, 4 ... 30 s, a fifth more or less,
// so that channels that failed together don't come back together.
func backoff(n int) time.Duration {
	d := 30 * time.Second
	if n < 6 {
		d = time.Second << (n - 1)
	}
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
