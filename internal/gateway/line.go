package gateway

import (
	"sync"

	"tapgate/internal/message"
	"tapgate/internal/store"
)

// lineMemory is how many rows a line keeps in memory. What goes beyond waits in the database only.
const lineMemory = 256

// line is what an actor has in memory of its channel's outbox. The rows are the truth: the line
// only spares reading back what was written a moment ago, and only where it is certain of the
// order. All methods may be called from any goroutine; none blocks.
type line struct {
	mu sync.Mutex
	// entries are in order of Seq, all beyond last.
	entries []entry
	// last is the Seq of the row that ended last, 0 before the first.
	last int64
	// behind says that the database may hold rows that entries lacks.
	behind bool
	// asked is the highest Seq of entries when the database was asked last.
	asked int64
	// waiting counts the rows that have not ended, and those about to be accepted.
	waiting int
	waiters map[string]chan result

	// wake holds a token when there is something to look at.
	wake chan struct{}
}

// entry is a row on its way out.
type entry struct {
	store.Outbound
	// message is the message of the row; nil when it has to be read.
	message *message.Message
}

// result is how a row ended.
type result struct {
	store.Outcome
	// err is what the caller of Send gets; nil when the message was sent.
	err error
}

func newLine(waiting int) *line {
	return &line{behind: true, waiting: waiting, waiters: map[string]chan result{}, wake: make(chan struct{}, 1)}
}

// reserve makes room for one more row, or reports false when limit rows wait already. The channel
// returned gets the result, should the row end while somebody listens.
func (l *line) reserve(stanza string, limit int) (<-chan result, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= limit {
		return nil, false
	}
	l.waiting++
	c := make(chan result, 1)
	l.waiters[stanza] = c
	return c, true
}

// leave says that nobody listens for the result any more.
func (l *line) leave(stanza string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiters, stanza)
}

// lose says that accepting a row failed. It may be in the database nevertheless.
func (l *line) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
	l.behind = true
	l.poke()
}

// put hands over a row that is in the database.
func (l *line) put(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.Seq <= l.last: // it was read from the database and has ended since
		return
	case len(l.entries) >= lineMemory:
		l.behind = true
	default:
		i := len(l.entries)
		for i > 0 && l.entries[i-1].Seq > e.Seq {
			i--
		}
		l.entries = append(l.entries, entry{})
		copy(l.entries[i+1:], l.entries[i:])
		l.entries[i] = e
	}
	l.poke()
}

// head returns the first row, if memory is certain of it: nothing can stand between the row that
// ended last and its successor. Otherwise read says whether the database has to be asked.
func (l *line) head() (e entry, ok, read bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) > 0 && l.entries[0].Seq == l.last+1 {
		return l.entries[0], true, false
	}
	read = l.behind || len(l.entries) > 0
	l.behind, l.asked = false, 0
	if len(l.entries) > 0 {
		l.asked = l.entries[len(l.entries)-1].Seq
	}
	return entry{}, false, read
}

// found records that the database had a row, or could not be asked: there may be more.
func (l *line) found() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.behind = true
}

// none records that the database had no row: what memory held when it was asked has ended.
func (l *line) none() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(l.asked)
}

// end records how a row ended, and tells who listens.
func (l *line) end(e entry, r result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = e.Seq
	l.waiting--
	l.drop(e.Seq)
	if c := l.waiters[e.Message.Stanza]; c != nil {
		c <- r
		delete(l.waiters, e.Message.Stanza)
	}
}

func (l *line) drop(upTo int64) {
	for len(l.entries) > 0 && l.entries[0].Seq <= upTo {
		l.entries[0] = entry{} // let go of the payload
		l.entries = l.entries[1:]
	}
}

func (l *line) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
