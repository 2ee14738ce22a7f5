package webhook

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/store"
)

// lifetime is the age at which a delivery is given up.
const lifetime = 3 * 24 * time.Hour

// trouble is the pause after a failure of our own: of the database, or of the settings.
const trouble = time.Second

// worker makes the deliveries of one line, one after the other. Its fields started and expected
// are guarded by the Service's mu.
type worker struct {
	*Service
	line    store.Line
	started bool
	// expected says that something was planned for the line and that Wake is still to come.
	expected bool
	// token holds one token when there is something to look at.
	token chan struct{}
}

func (w *worker) poke() {
	select {
	case w.token <- struct{}{}:
	default:
	}
}

// run works until the service stops or the webhook is gone.
func (w *worker) run() {
	for w.soft.Err() == nil {
		d, due, next, err := w.Store.DueDelivery(w.soft, w.line, w.Now())
		if err != nil {
			w.failed("deliveries not read", err)
			continue
		}
		if !due && next.IsZero() { // the line is empty
			w.rest(next)
			continue
		}
		now, err := w.Settings(w.soft, w.line.Channel)
		if err != nil {
			w.failed("settings not read", err)
			continue
		}
		hook, ok := find(now, d.Record, w.line.Webhook)
		switch {
		case !ok:
			if w.cancel() {
				return
			}
		case !due:
			w.rest(next)
		default:
			w.deliver(d, hook, now)
		}
	}
}

// cancel ends a line whose webhook is gone. It is true when the worker has to go, too.
func (w *worker) cancel() bool {
	n, err := w.Store.CancelLine(w.soft, w.line)
	if err != nil {
		w.failed("deliveries not cancelled", err)
		return false
	}
	w.Log.Info("webhook is gone", "channel", w.line.Channel, "webhook", w.line.Webhook, "cancelled", n)
	return w.retire(w)
}

// deliver makes one attempt and records how it ended.
func (w *worker) deliver(d store.Delivery, hook channel.Webhook, now channel.Settings) {
	a := w.attempt(hook, d)
	if a.failed() && w.hard.Err() != nil {
		return // cut off by us: it says nothing about the receiver
	}
	w.record(d, a, now)
}

// record stores how an attempt ended, and what is next. It goes on until that has worked or the
// service stops, because the request would be made again otherwise.
func (w *worker) record(d store.Delivery, a attempt, s channel.Settings) {
	ctx := context.WithoutCancel(w.hard)
	var store func() error
	end := a.At.Add(a.Took)
	switch {
	case !a.failed():
		store = func() error { return w.Store.Delivered(ctx, d.ID, a.Attempt) }
	case end.Sub(d.CreatedAt) >= lifetime:
		w.Log.Error("delivery given up", "channel", w.line.Channel, "webhook", w.line.Webhook,
			"event", d.Record.Event, "attempts", d.Attempts+1)
		store = func() error { return w.Store.GiveUp(ctx, d.ID, a.Attempt) }
	default:
		next := end.Add(wait(s, d.Attempts+1, a.retryAfter))
		store = func() error { return w.Store.Retry(ctx, d.ID, a.Attempt, next) }
	}
	for {
		err := store()
		if err == nil {
			return
		}
		if !w.failed("attempt not recorded", err) {
			return
		}
	}
}

// rest waits for a token or until next; a zero next is never. Tokens that were there already count.
func (w *worker) rest(next time.Time) {
	var due <-chan time.Time
	if !next.IsZero() {
		t := time.NewTimer(max(next.Sub(w.Now()), 0))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-w.token:
	case <-due:
	case <-w.soft.Done():
	}
}

// failed logs a failure of our own and pauses. It is false when the service stops.
func (w *worker) failed(what string, err error) bool {
	if w.soft.Err() != nil {
		return false
	}
	w.Log.Error("webhook worker in trouble", "channel", w.line.Channel, "webhook", w.line.Webhook, "what", what, "error", err)
	t := time.NewTimer(trouble)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-w.soft.Done():
		return false
	}
}

// wait returns how long to wait after the n-th failure: the settings' delay n times, or what the
// receiver asked for if that is longer, never more than the settings' maximum.
func wait(s channel.Settings, n int, asked time.Duration) time.Duration {
	usual := channel.DefaultSettings()
	step, limit := s.BackoffDelay, s.MaxBackoffDelay
	if step <= 0 {
		step = usual.BackoffDelay
	}
	if limit <= 0 {
		limit = usual.MaxBackoffDelay
	}
	return min(max(time.Duration(n)*step, asked), limit)
}
