package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tapgate/internal/fault"
)

// meter counts what each token asks for. A token may ask rate times a second, and twice that at once after
// a pause.
type meter struct {
	rate int // 0 counts nothing

	mu     sync.Mutex
	tokens map[string]*rate.Limiter
}

// manyTokens is from how many on those are forgotten that have asked for nothing lately.
const manyTokens = 1024

func newMeter(limit int) *meter { return &meter{rate: limit, tokens: map[string]*rate.Limiter{}} }

// take takes one request of a token. The error says when the next one may come.
func (m *meter) take(token string, now time.Time) error {
	if m.rate == 0 {
		return nil
	}
	r := m.of(token, now).ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return &fault.Error{
		Kind: fault.Busy, Code: "request_rate", Message: "Too many requests",
		Next:       "the operator lets each token make so many a second: see --request-rate",
		RetryAfter: wait,
	}
}

// of returns the limiter of a token. When there are many, those are dropped that say nothing: tokens come and go.
func (m *meter) of(token string, now time.Time) *rate.Limiter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.tokens[token]; l != nil {
		return l
	}
	if len(m.tokens) >= manyTokens {
		for token, l := range m.tokens {
			if l.TokensAt(now) >= float64(l.Burst()) {
				delete(m.tokens, token)
			}
		}
	}
	l := rate.NewLimiter(rate.Limit(m.rate), 2*m.rate)
	m.tokens[token] = l
	return l
}
