package webhook

import (
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/store"
)

// longestPause is how long a receiver can have a whole webhook paused.
const longestPause = time.Hour

// start brings a delivery on its way.
func (l *line) start(d store.Delivery) {
	hook, ok := aim(l.hooks, d)
	if !ok {
		return // it was cancelled
	}
	another := l.inFlight > 0
	l.flying[d.ID], l.busy[d.Record.Order] = true, true
	l.inFlight++
	age := l.maxAge
	l.tasks.Go(func() {
		r := report{delivery: d, skipped: true}
		give, ok := l.slots.take(l.soft, another)
		if ok {
			defer give()
			body, err := l.body(d.Record.Event)
			tooOld := age > 0 && l.Now().Sub(d.CreatedAt) >= age
			if r.err = err; err == nil && !tooOld {
				rec := d.Record
				rec.Body = body
				r.attempt = l.attempt(l.hard, hook, rec, l.secrets(l.Now()))
				// cut off by us, it says nothing about the receiver
				r.skipped = r.attempt.failed() && l.hard.Err() != nil
			}
		}
		l.report(r)
	})
}

// collect takes in what became of deliveries that were under way.
func (l *line) collect() {
	l.reporting.Lock()
	reports := l.reports
	l.reports = nil
	l.reporting.Unlock()
	for _, r := range reports {
		switch d := r.delivery; {
		case r.recorded:
			delete(l.flying, d.ID)
			if !r.next.IsZero() {
				l.postponed(r.next)
			}
		case r.skipped:
			l.landed(d)
			delete(l.flying, d.ID)
			l.skip(d, r.err)
		default:
			l.landed(d)
			l.conclude(d, r.attempt)
		}
	}
}

// landed notes that the request of a delivery is over.
func (l *line) landed(d store.Delivery) {
	l.inFlight--
	delete(l.busy, d.Record.Order)
}

// skip deals with a delivery for which no request was made. One that was too old is ended for it.
func (l *line) skip(d store.Delivery, err error) {
	if err == nil || l.soft.Err() != nil || fault.Is(err, fault.NotFound) {
		return
	}
	l.failed("event not read", err)
	l.pausedUntil = l.Now().Add(trouble)
	l.giveBack(d)
}

// conclude decides what an attempt means for its delivery and for the webhook, and has it recorded.
func (l *line) conclude(d store.Delivery, a attempt) {
	end := a.At.Add(a.Took)
	out := store.Attempted{Delivery: d.ID, Attempt: a.Attempt, State: store.Delivered}
	switch {
	case !a.failed():
	case end.Sub(d.CreatedAt) >= lifetime:
		out.State = store.Dead
	default:
		out.State, out.Next = store.Open, end.Add(wait(l.settings, d.Attempts+1, a.retryAfter))
	}
	if a.retryAfter > 0 && (a.Status == 429 || a.Status == 503) {
		l.pausedUntil = end.Add(min(a.retryAfter, longestPause))
	}
	l.tell(d, a, out.State)
	r := record{line: l, delivery: d, outcome: out}
	failing := l.Failures > 0
	if l.ended(!a.failed(), end) {
		l.turned(end)
	}
	if failing || a.failed() || l.LastSuccess.Sub(l.told) >= tellSuccess {
		l.told, r.fared = l.LastSuccess, &store.Webhook{}
		*r.fared = l.breaker.Webhook
	}
	l.records <- r
}

// tellSuccess is how exact the database knows when a webhook has last worked.
const tellSuccess = 10 * time.Second

func (l *line) tell(d store.Delivery, a attempt, state store.DeliveryState) {
	l.Log.Info("delivery attempted", "channel", l.name.Channel, "webhook", l.name.Webhook, "delivery", d.ID,
		"event", d.Record.Event, "type", d.Record.Type, "method", d.Record.Method,
		"attempt", d.Attempts+1, "status", a.Status, "took", a.Took, "failure", a.Failure)
	if state == store.Dead {
		l.Log.Error("delivery given up", "channel", l.name.Channel, "webhook", l.name.Webhook, "delivery", d.ID,
			"event", d.Record.Event, "attempts", d.Attempts+1)
	}
}

// turned is what follows when the webhook went down or came back.
func (l *line) turned(at time.Time) {
	if l.open() {
		l.Log.Error("webhook is down", "channel", l.name.Channel, "webhook", l.name.Webhook,
			"failures", l.Failures, "failing_since", l.FailingSince, "probe_at", l.ProbeAt)
		return
	}
	l.hurried = true
	l.Log.Info("webhook is back", "channel", l.name.Channel, "webhook", l.name.Webhook, "at", at)
}
