package console

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// attempts bounds how often a token may be guessed. Tokens are too long to be guessed at any rate;
// the bound keeps guessing from costing us much, and shows it in the log.
type attempts struct {
	mu    sync.Mutex
	began time.Time
	made  map[string]int // since began, by address
	all   int
}

// Limits of failed logins within a window.
const (
	attemptWindow = time.Minute
	maxFrom       = 10  // from one address
	maxAll        = 200 // from all
)

// wait returns how long an address has to wait; 0 means not at all.
func (a *attempts) wait(from string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(now)
	if a.made[from] < maxFrom && a.all < maxAll {
		return 0
	}
	return a.began.Add(attemptWindow).Sub(now)
}

func (a *attempts) failed(from string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(now)
	a.made[from]++
	a.all++
}

// turn begins a new window when the old one is over.
func (a *attempts) turn(now time.Time) {
	if a.made == nil || !now.Before(a.began.Add(attemptWindow)) {
		a.began, a.made, a.all = now, map[string]int{}, 0
	}
}

// peer is the address that a request comes from, without its port.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
