package api

import (
	"sync"
	"time"

	"tapgate/internal/fault"
)

// meter counts what each token asks for. A token may ask rate times a second, and twice that at once after
// a pause.
type meter struct {
	rate float64 // 0 counts nothing

	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is what is left to a token.
type bucket struct {
	left float64
	at   time.Time
}

// manyBuckets is from how many on those are forgotten that are full again.
const manyBuckets = 1024

func newMeter(rate int) *meter { return &meter{rate: float64(rate), buckets: map[string]*bucket{}} }

// take takes one request of a token. The error says when the next one may come.
func (m *meter) take(token string, now time.Time) error {
	if m.rate == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.buckets[token]
	if b == nil {
		m.forget(now)
		b = &bucket{left: 2 * m.rate, at: now}
		m.buckets[token] = b
	}
	m.fill(b, now)
	if b.left >= 1 {
		b.left--
		return nil
	}
	return &fault.Error{
		Kind: fault.Busy, Code: "request_rate", Message: "Too many requests",
		Next:       "the operator lets each token make so many a second: see --request-rate",
		RetryAfter: time.Duration((1 - b.left) / m.rate * float64(time.Second)),
	}
}

// fill adds what time has brought. A clock that was set back brings nothing.
func (m *meter) fill(b *bucket, now time.Time) {
	b.left = min(2*m.rate, b.left+max(now.Sub(b.at).Seconds(), 0)*m.rate)
	b.at = now
}

// forget drops what says nothing, when there is much of it: tokens come and go.
func (m *meter) forget(now time.Time) {
	if len(m.buckets) < manyBuckets {
		return
	}
	for token, b := range m.buckets {
		if m.fill(b, now); b.left == 2*m.rate {
			delete(m.buckets, token)
		}
	}
}
