package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

const (
	// maxUnknown is how many attempts may end without a known outcome before a message fails, so
	// that one that breaks the connection each time does not block its channel for good. With the
	// pauses between them that is four minutes, and eight when WhatsApp answers nothing at all.
	maxUnknown = 12
	// typingLasts is how long an app shows "typing" before it has to be told again.
	typingLasts = 10 * time.Second
	// offlinePause is how long a session that calls itself connected, but is not, is left alone.
	offlinePause = time.Second
	// storagePause is how long a database that fails is left alone.
	storagePause = 5 * time.Second
	// longestPause is the longest that backoff returns.
	longestPause = 36 * time.Second
)

var (
	errExpired  = errors.New("the message has expired")
	errUnpaired = errors.New("the channel is not paired")
)

// serve sends the channel's rows, one after the other, in the order they were accepted. Who waits
// for a row is answered when WhatsApp has it; that it has ended is made durable behind.
func (a *actor) serve() {
	defer close(a.endings)
	for {
		e, ok := a.next()
		if !ok {
			return
		}
		end, ok := a.carry(e)
		if e.accepting.failed() {
			a.line.land(e)
			a.line.withdraw(e.Message.Stanza)
			continue
		}
		if !ok {
			a.line.land(e)
			return
		}
		if end.At.IsZero() {
			end.At = a.Now().UTC().Truncate(time.Second)
		}
		a.line.end(end.entry, end.result)
		a.endings <- &end
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
		o, ok, err := a.fetch()
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

// fetch reads the oldest row that has not ended. The database may not know yet that a row has.
func (a *actor) fetch() (store.Outbound, bool, error) {
	last, unsettled := a.line.passed()
	o, ok, err := a.Store.NextOutbound(a.soft, a.id, last)
	if ok || err != nil || last == 0 {
		return o, ok, err
	}
	// A row that was accepted in doubt may have an earlier place.
	for after := int64(0); ; after = o.Seq {
		o, ok, err = a.Store.NextOutbound(a.soft, a.id, after)
		if !ok || err != nil || !unsettled[o.Seq] {
			return o, ok, err
		}
	}
}

// carry brings one row to WhatsApp, with as many attempts as it takes. ok is false when the
// gateway stops before the outcome is known.
func (a *actor) carry(e entry) (end ending, ok bool) {
	typed := e.Attempts > 0
	if !typed && !a.paced() {
		return end, false
	}
	for {
		v, err := a.ready(e)
		switch {
		case errors.Is(err, errExpired):
			return ending{entry: e, result: failed(codeExpired, a.because("The message could not be sent before it expired."))}, true
		case errors.Is(err, errUnpaired):
			return ending{entry: e, result: failed(codeUnpaired, a.because("The channel was logged out before the message could be sent."))}, true
		case err != nil:
			return end, false
		}
		if !typed && !a.typing(v, e) {
			return end, false
		}
		typed = true
		try := store.Try{At: a.Now().UTC()}
		began := a.Elapsed()
		a.lastLeft = a.Now()
		ack, err := a.attempt(v, &e)
		try.Took = a.Elapsed() - began
		if err != nil && e.accepting.failed() {
			return end, true // which nobody looks at
		}
		refusal, broken := (*backend.Refusal)(nil), (*fault.Error)(nil)
		switch {
		case errors.As(err, &errNoFile{}):
			try.Result, try.Reason = store.TryRefused, err.Error()
			return ending{e, failed(codeMedia, "A file of the message is not in the media store any more."), try}, true
		case err == nil:
			try.Result = store.TryAcked
			return ending{e, result{Outcome: store.Outcome{Status: message.Sent, At: ack.At}}, try}, true
		case errors.As(err, &refusal):
			try.Result, try.Reason = store.TryRefused, refusal.Error()
			return ending{e, refused(refusal), try}, true
		case errors.As(err, &broken):
			try.Result, try.Reason = store.TryRefused, broken.Error()
			return ending{e, failed(codeBroken, "The gateway could not send the message, and could not later."), try}, true
		case a.hard.Err() != nil:
			return end, false
		}
		a.line.land(e)
		try.Result, try.Reason = store.TryUnknown, err.Error()
		switch {
		case errors.As(err, &errNotStored{}): // our failure, not the message's
			a.log().Error("uploads not stored", "message", e.Message.String(), "error", err)
			if !a.pause(storagePause) {
				return end, false
			}
		case errors.Is(err, backend.ErrOffline):
			if a.await(v.changed, offlinePause) != nil {
				return end, false
			}
		case e.Attempts+1 > maxUnknown:
			return ending{e, failed(codeUnknown, "WhatsApp did not confirm the message in many attempts."), try}, true
		default:
			a.postpone(&e, try)
		}
	}
}

// attempt hands a row to WhatsApp, with its files. A panic counts as an attempt: what one message
// brings about must not take the others down, once with each start of the process.
func (a *actor) attempt(v *view, e *entry) (_ backend.Ack, err error) {
	defer func() {
		if p := recover(); p != nil {
			a.log().Error("attempt panicked", "message", e.Message.String(), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if err := a.fill(v, e); err != nil {
		return backend.Ack{}, err
	}
	a.line.depart(*e)
	env := envelope(e.Outbound)
	if e.accepting != nil {
		env.Stored = e.accepting.wait
	}
	return v.session.Send(a.hard, env)
}

// paced waits for as long as the pace of the channel wants between two messages. It is false when the
// gateway stops.
func (a *actor) paced() bool {
	random := rand.Float64()
	for a.soft.Err() == nil {
		v := a.view.Load()
		pause := v.channel.Settings.Pace.Pause(random)
		// A clock that was set back counts as if the last message had just left.
		left := pause - max(a.Now().Sub(a.lastLeft), 0)
		if left <= 0 || a.lastLeft.IsZero() || !v.channel.Paired() {
			return true
		}
		if a.await(v.changed, left) != nil {
			return false
		}
	}
	return false
}

// ready waits until the row may be attempted, and returns the view with the session to use.
func (a *actor) ready(e entry) (*view, error) {
	for {
		v, now := a.view.Load(), a.steady()
		if latest := now.Add(longestPause); e.NextAt.After(latest) {
			e.NextAt = latest // the clock was set back
		}
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
func (a *actor) postpone(e *entry, try store.Try) {
	e.Attempts++
	e.NextAt = a.steady().Add(backoff(e.Attempts))
	a.log().Warn("message not confirmed", "message", e.Message.String(), "attempts", e.Attempts, "error", try.Reason)
	ctx := context.WithoutCancel(a.hard)
	if err := a.Store.Postpone(ctx, a.id, e.Seq, e.NextAt, try); err != nil {
		a.log().Error("attempt not recorded", "message", e.Message.String(), "error", err)
	}
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
