package phone

import "sync"

// subscriberBuffer is how many changes wait for a slow subscriber before they are dropped.
const subscriberBuffer = 256

// hub hands changes to subscribers and never waits for them.
type hub struct {
	mu     sync.Mutex
	closed bool
	subs   map[chan Change]struct{}
}

func newHub() *hub { return &hub{subs: map[chan Change]struct{}{}} }

func (h *hub) subscribe() (<-chan Change, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan Change, subscriberBuffer)
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	h.subs[ch] = struct{}{}
	return ch, func() { h.cancel(ch) }
}

func (h *hub) cancel(ch chan Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[ch]; ok {
		delete(h.subs, ch)
		close(ch)
	}
}

// announce is the only sender, under the mutex: after taking out what waits there is room. A subscriber that was too
// slow is told that it missed something, for it has to look at everything again.
func (h *hub) announce(c Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subs {
		select {
		case ch <- c:
			continue
		default:
		}
		drain(ch)
		ch <- Change{What: "missed", At: c.At}
		ch <- c
	}
}

func drain(ch chan Change) {
	for {
		select {
		case <-ch:
		default:
			return
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.subs {
		close(ch)
	}
	clear(h.subs)
}
