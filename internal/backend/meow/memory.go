package meow

import "sync"

// memory is what is known of a table of one device: values that are committed, by key. It knows no
// more than it has to be right about. A value enters it in two ways only:
//
//   - it was written, and nothing else was written under its key meanwhile;
//   - it was read, and from before the read until now nothing at all was written.
//
// So a write that is under way, or whose outcome is not known, leaves no value behind, and it does
// no harm to forget any value at any time. Its lock is never held while the database is asked.
type memory[V any] struct {
	limit int

	mu    sync.Mutex
	known map[string]V
	// writing holds the keys that are being written.
	writing map[string]*writing
	// swept counts what may have changed any key, sweeping those of them that are under way.
	swept    uint64
	sweeping int
	// changes counts beginnings and ends of all writes.
	changes uint64
}

// writing is the writes of a key that are under way.
type writing struct {
	count int
	// several says that there was more than one at a time: nobody knows which one won.
	several bool
	swept   uint64 // when the first one began
}

func newMemory[V any](limit int) *memory[V] {
	return &memory[V]{limit: limit, known: map[string]V{}, writing: map[string]*writing{}}
}

// get returns the value of a key. If it is not known, asked is what fill wants to see.
func (m *memory[V]) get(key string) (v V, ok bool, asked uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.known[key]
	return v, ok, m.changes
}

// fill remembers a value that the database was asked for after get.
func (m *memory[V]) fill(key string, v V, asked uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changes == asked && len(m.writing) == 0 && m.sweeping == 0 {
		m.put(key, v)
	}
}

// put remembers a value. mu is held. A memory that is full is emptied: what is needed comes back.
func (m *memory[V]) put(key string, v V) {
	if len(m.known) >= m.limit {
		clear(m.known)
	}
	m.known[key] = v
}

// begin says that a key is about to be written. It is ended by end.
func (m *memory[V]) begin(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes++
	delete(m.known, key)
	w := m.writing[key]
	if w == nil {
		w = &writing{swept: m.swept}
		m.writing[key] = w
	}
	w.count++
	w.several = w.several || w.count > 1
}

// end says that a write has ended, and whether v is in the database now.
func (m *memory[V]) end(key string, v V, committed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes++
	w := m.writing[key]
	if w.count--; w.count > 0 {
		return
	}
	delete(m.writing, key)
	if committed && !w.several && w.swept == m.swept && m.sweeping == 0 {
		m.put(key, v)
	}
}

// sweep says that any key may be about to change, until the returned function is called.
func (m *memory[V]) sweep() (end func()) {
	change := func(by int) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.changes++
		m.swept++
		m.sweeping += by
		clear(m.known)
	}
	change(1)
	return func() { change(-1) }
}
