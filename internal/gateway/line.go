package gateway

import (
	"slices"
	"sync"

	"tapgate/internal/message"
	"tapgate/internal/store"
)

// lineMemory is how many rows a line keeps in memory. What goes beyond waits in the database only.
const lineMemory = 256

// line is what an actor has in memory of its channel's outbox. The rows are the truth: the line
// only spares reading back what was written a moment ago, and only where it is certain of the
// order. All methods may be called from any goroutine; none blocks.
//
// Certain is what follows: a row may be taken from memory when nothing else can stand before it in
// the database. That is so when the database was found empty since anything passed memory by
// (behind), and when all accepts have ended that were under way while the row was accepted, because
// an accept that begins later gets a later place.
type line struct {
	mu sync.Mutex
	// entries are in order of Seq, all beyond last.
	entries []entry
	// last is the highest Seq of the rows that have ended, 0 before the first.
	last int64
	// behind says that the database may hold rows that entries lacks.
	behind bool
	// issued counts the accepts that have begun, underWay holds the numbers of those not ended.
	issued   uint64
	underWay map[uint64]bool
	// waiting counts the rows that have not ended, and those about to be accepted.
	waiting int
	waiters map[string][]chan result
	// flights are the rows that were handed to WhatsApp and are not finished in the database, by
	// stanza id.
	flights map[string]*flight

	// wake holds a token when there is something to look at.
	wake chan struct{}
}

// entry is a row on its way out.
type entry struct {
	store.Outbound
	// message is the message of the row; nil when it has to be read.
	message *message.Message
	// after is the number of the last accept that may have got an earlier place.
	after uint64
	// accepting is the row's own accept, should it still be under way; nil when the row is durable.
	accepting *accepting
}

// flight is a row between its attempt and its end in the database.
type flight struct {
	seq int64
	// result is how it ended; nil while it is under way.
	result *result
	// over is closed when the end is in the database, or when the attempt ended without one.
	over chan struct{}
}

// place is what Send holds while a message is accepted.
type place struct {
	number uint64
	ear
}

// ear is what listens for the result of a row.
type ear struct {
	stanza string
	// out gets the result, should the row end while somebody listens.
	out chan result
}

// result is how a row ended.
type result struct {
	store.Outcome
	// err is what the caller of Send gets; nil when the message was sent.
	err error
}

func newLine(waiting int) *line {
	return &line{
		behind: true, underWay: map[uint64]bool{},
		waiting: waiting, waiters: map[string][]chan result{}, flights: map[string]*flight{},
		wake: make(chan struct{}, 1),
	}
}

// reserve begins an accept, or reports false when limit rows wait already. It is ended by put,
// cancel or lose, and the listening by leave.
func (l *line) reserve(stanza string, limit int) (place, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= limit {
		return place{}, false
	}
	l.waiting++
	l.issued++
	l.underWay[l.issued] = true
	return place{number: l.issued, ear: l.hear(stanza)}, true
}

// length returns how many rows wait.
func (l *line) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}

// listen listens for the result of a row that was accepted before; the listening is ended by leave.
func (l *line) listen(stanza string) ear {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.hear(stanza)
	if f := l.flights[stanza]; f != nil && f.result != nil {
		l.tell(stanza, *f.result)
	}
	return e
}

// hear adds a listener. mu is held.
func (l *line) hear(stanza string) ear {
	out := make(chan result, 1)
	l.waiters[stanza] = append(l.waiters[stanza], out)
	return ear{stanza: stanza, out: out}
}

// tell answers who listens. mu is held.
func (l *line) tell(stanza string, r result) {
	for _, c := range l.waiters[stanza] {
		c <- r
	}
	delete(l.waiters, stanza)
}

// leave says that nobody listens at this ear any more.
func (l *line) leave(e ear) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := slices.DeleteFunc(l.waiters[e.stanza], func(c chan result) bool { return c == e.out })
	if len(left) == 0 {
		delete(l.waiters, e.stanza)
		return
	}
	l.waiters[e.stanza] = left
}

// cancel says that nothing was accepted.
func (l *line) cancel(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.underWay, p.number)
	l.waiting--
	l.poke()
}

// lose says that accepting a row failed. It may be in the database nevertheless.
func (l *line) lose(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.underWay, p.number)
	l.waiting--
	l.behind = true
	l.poke()
}

// withdraw says that a row which was put is not in the database, as far as anybody knows. Its place may
// be given to another one.
func (l *line) withdraw(stanza string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.Message.Stanza == stanza })
	l.behind = true
	l.poke()
}

// put hands over a row that has its place: it is in the database, or e.accepting says when it will be.
func (l *line) put(p place, e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.underWay, p.number)
	l.poke()
	if e.Seq <= l.last { // it was read from the database and has ended since
		return
	}
	if len(l.entries) >= lineMemory {
		l.behind = true
		return
	}
	e.after = l.issued
	i := len(l.entries)
	for i > 0 && l.entries[i-1].Seq > e.Seq {
		i--
	}
	l.entries = slices.Insert(l.entries, i, e)
}

// head returns the first row, if memory is certain of it. Otherwise read says whether the database
// has to be asked; if not, there is a token in wake as soon as something has changed.
func (l *line) head() (e entry, ok, read bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.behind {
		l.behind = false // until found
		return entry{}, false, true
	}
	if len(l.entries) == 0 {
		return entry{}, false, false
	}
	for number := range l.underWay {
		if number <= l.entries[0].after {
			return entry{}, false, false
		}
	}
	return l.entries[0], true, false
}

// found records that the database had a row, or could not be asked: there may be more.
func (l *line) found() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.behind = true
}

// end records how a row ended, and tells who listens. The end still has to be settled.
func (l *line) end(e entry, r result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = max(l.last, e.Seq)
	l.waiting = max(l.waiting-1, 0) // a row that counted as lost may end all the same
	for len(l.entries) > 0 && l.entries[0].Seq <= e.Seq {
		l.entries[0] = entry{} // let go of the payload
		l.entries = l.entries[1:]
	}
	l.flight(e).result = &r
	l.tell(e.Message.Stanza, r)
}

func (l *line) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
