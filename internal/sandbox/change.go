package sandbox

import "fmt"

// change is one atomic step of the network's state: it collects the rows to
// write and what may leave once they are committed.
type change struct {
	n        *Network
	rows     []row
	departed []func()
}

// row is one SQL statement of a change.
type row struct {
	query string
	args  []any
}

// change runs fn under the mutex, commits the rows it asked for and then lets its
// stanzas leave, in the order of the changes. An error of fn undoes nothing: fn
// must check before it changes. After a failed commit nothing leaves.
func (n *Network) change(fn func(*change) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	ch := &change{n: n}
	if err := fn(ch); err != nil {
		return err
	}
	if n.disk != nil && len(ch.rows) > 0 {
		if err := n.disk.commit(n.ctx, ch.rows); err != nil {
			n.log.Error("state not written", "error", err)
			return fmt.Errorf("write state: %w", err)
		}
	}
	for _, fn := range ch.departed {
		fn()
	}
	return nil
}

// after runs fn once the change is committed, still under the mutex: it may put
// stanzas into the queues of connections but must not block.
func (ch *change) after(fn func()) { ch.departed = append(ch.departed, fn) }

// write adds a row, if the network keeps its state.
func (ch *change) write(query string, args ...any) {
	if ch.n.disk != nil {
		ch.rows = append(ch.rows, row{query, args})
	}
}
