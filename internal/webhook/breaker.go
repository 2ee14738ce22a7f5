package webhook

import (
	"time"

	"tapgate/internal/store"
)

const (
	// threshold is how many attempts in a row have to fail until a webhook counts as down.
	threshold = 10
	// narrow is how many until it gets one request at a time.
	narrow = 3
	// A webhook that is down is asked again after firstProbe, and after twice as long each time, up to
	// lastProbe.
	firstProbe = 30 * time.Second
	lastProbe  = 5 * time.Minute
)

// breaker decides whether a webhook gets requests. While it is open, one delivery now and then asks
// whether the receiver is back. It drops nothing: what waits goes out when it closes.
type breaker struct{ store.Webhook }

// open reports whether the webhook counts as down.
func (b *breaker) open() bool { return !b.OpenedAt.IsZero() }

// ended takes in how an attempt ended. Turned is true when the breaker opened or closed by it.
func (b *breaker) ended(ok bool, at time.Time) (turned bool) {
	was := b.open()
	if ok {
		b.Failures, b.FailingSince, b.OpenedAt, b.ProbeAt = 0, time.Time{}, time.Time{}, time.Time{}
		b.LastSuccess = at
		return was
	}
	if b.Failures++; b.Failures == 1 {
		b.FailingSince = at
	}
	if b.Failures < threshold {
		return false
	}
	if !was {
		b.OpenedAt = at
	}
	b.ProbeAt = at.Add(probePause(b.Failures - threshold))
	return !was
}

// probePause is the pause before the next probe when n have failed.
func probePause(n int) time.Duration {
	if n >= 4 { // 30 s, 1, 2, 4 min
		return lastProbe
	}
	return firstProbe << n
}

// width is how many requests the webhook gets at the same time, if it gets any.
func (b *breaker) width(most int) int {
	if b.Failures >= narrow {
		return 1
	}
	return most
}
