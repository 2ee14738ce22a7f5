package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// maxGroup bounds the members of one commit, and so how long the first of them waits.
const maxGroup = 64

// writer is the one connection that writes. Who wants to write takes a turn, alone. Who leaves
// while others wait for theirs does not commit: what he wrote waits in the open transaction, and
// he waits for whoever leaves with nobody behind him, who commits for all. So a group forms by
// itself while the commit before it waits for the disk.
//
// One rule keeps this from standing still: whoever counted as waiting takes his turn, and ends it
// with leave, also if he has failed or finds that he has nothing to do. Somebody may have left
// without a commit because of him. For the same reason a wait for the turn can't be cancelled.
type writer struct {
	connect func(context.Context) (driver.Conn, error)

	opening sync.Mutex // held around connect; opened is set under it
	opened  bool

	waiting atomic.Int32 // who wants a turn and has none

	turn  sync.Mutex // all that follows
	conn  physical   // nil before open and after close
	group *group     // whose transaction is open; nil when none is
	// unclear says that a transaction may be open that belongs to nobody any more, since it could
	// not be rolled back. A write without a BEGIN of its own would end up in there.
	unclear bool

	commits, writes atomic.Int64
}

// group is what one transaction of the database makes durable.
type group struct {
	members int
	err     error         // valid after done
	done    chan struct{} // closed when the transaction has ended
}

var errClosed = errors.New("the database is closed")

// open makes the connection if there was none before.
func (w *writer) open(ctx context.Context) error {
	w.opening.Lock()
	defer w.opening.Unlock()
	if w.opened {
		return nil
	}
	c, err := w.connect(ctx)
	if err != nil {
		return err
	}
	w.enter()
	w.conn, w.opened = c.(physical), true
	return w.leave(nil)
}

func (w *writer) close() error {
	w.enter()
	defer func() { _ = w.leave(nil) }()
	if w.conn == nil {
		return nil
	}
	if w.group != nil { // nobody is to come any more who could end it
		w.commit()
	}
	c := w.conn
	w.conn = nil
	return c.Close()
}

// enter waits for a turn.
func (w *writer) enter() {
	w.waiting.Add(1)
	w.turn.Lock()
	w.waiting.Add(-1)
}

// begin takes a turn to write. Without an error the caller has to leave.
func (w *writer) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.enter()
	err := ctx.Err() // the turn may have taken long to come
	if err == nil && w.conn == nil {
		err = errClosed
	}
	if err != nil {
		_ = w.leave(nil)
	}
	return err
}

// leave ends a turn. in is the group that the caller is a member of, or nil; then the result is
// that of its commit.
func (w *writer) leave(in *group) error {
	if g := w.group; g != nil && (w.waiting.Load() == 0 || g.members >= maxGroup) {
		w.commit()
	}
	w.turn.Unlock()
	if in == nil {
		return nil
	}
	<-in.done
	return in.err
}

// alone reports whether a write has no company: it then commits by itself, in one step.
func (w *writer) alone() bool { return w.group == nil && !w.unclear && w.waiting.Load() == 0 }

// join returns the group with the open transaction, which it opens if there is none.
func (w *writer) join() (*group, error) {
	if w.group != nil {
		return w.group, nil
	}
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		_ = w.rollback() // of one that could not be ended before
		if err := w.do("BEGIN IMMEDIATE"); err != nil {
			return nil, err
		}
	}
	w.unclear = false // no transaction begins inside another
	w.group = &group{done: make(chan struct{})}
	return w.group, nil
}

// rollback ends a transaction. It fails, too, when SQLite did it already.
func (w *writer) rollback() error {
	err := w.do("ROLLBACK")
	w.unclear = err != nil
	return err
}

// commit ends the open transaction for all its members.
func (w *writer) commit() {
	err := w.do("COMMIT")
	if err != nil {
		_ = w.rollback()
		err = fmt.Errorf("commit: %w", err)
	} else if w.group.members > 0 {
		w.commits.Add(1)
		w.writes.Add(int64(w.group.members))
	}
	w.end(err)
}

// end answers the members of a group whose transaction has ended.
func (w *writer) end(err error) {
	w.group.err = err
	close(w.group.done)
	w.group = nil
}

// examine looks, after a statement has failed, whether the transaction is still there. SQLite rolls
// all of it back when the disk is full, say; the statements of others that came later would
// commit one by one.
func (w *writer) examine(cause error) {
	if w.group == nil || w.do("BEGIN") != nil {
		return // it is
	}
	_ = w.rollback()
	w.end(fmt.Errorf("the transaction of a group was rolled back: %w", cause))
}

// do runs a statement without arguments that ends or begins something.
func (w *writer) do(text string) error {
	_, err := w.conn.ExecContext(context.Background(), text, nil)
	return err
}

// exec writes outside of a transaction and returns when that is durable. No caller's context may
// interrupt a statement: on a shared connection that would hit the others.
func (w *writer) exec(ctx context.Context, text string, args []driver.NamedValue) (r driver.Result, err error) {
	err = w.write(ctx, func(ctx context.Context) error {
		r, err = w.conn.ExecContext(ctx, text, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// query is exec for a write that returns rows.
func (w *writer) query(ctx context.Context, text string, args []driver.NamedValue) (g *gathered, err error) {
	err = w.write(ctx, func(ctx context.Context) error {
		r, err := w.conn.QueryContext(ctx, text, args)
		if err == nil {
			g, err = gather(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (w *writer) write(ctx context.Context, run func(context.Context) error) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if w.alone() {
		err := run(ctx)
		if err == nil {
			w.commits.Add(1)
			w.writes.Add(1)
		}
		_ = w.leave(nil)
		return err
	}
	g, err := w.join()
	if err == nil {
		if err = run(ctx); err != nil {
			w.examine(err)
		}
	}
	if err != nil {
		_ = w.leave(nil)
		return err
	}
	g.members++
	return w.leave(g)
}
