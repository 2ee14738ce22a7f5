package webhook

import (
	"sync"

	"tapgate/internal/id"
)

const (
	// maxBodies bounds the bytes of bodies that are kept in memory, maxBody those of one.
	maxBodies = 1 << 20
	maxBody   = 64 << 10
)

// bodies remembers what was planned a moment ago, so that the first attempt need not read it back. The
// rows are the truth: who finds nothing here asks the database.
type bodies struct {
	mu    sync.Mutex
	known map[id.Event][]byte
	order []id.Event // the oldest first
	size  int
}

func (b *bodies) put(e id.Event, body []byte) {
	if len(body) > maxBody {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = map[id.Event][]byte{}
	}
	if _, known := b.known[e]; known {
		return
	}
	b.known[e], b.order, b.size = body, append(b.order, e), b.size+len(body)
	for b.size > maxBodies {
		oldest := b.order[0]
		b.size -= len(b.known[oldest])
		delete(b.known, oldest)
		b.order = b.order[1:]
	}
}

func (b *bodies) get(e id.Event) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, ok := b.known[e]
	return body, ok
}
