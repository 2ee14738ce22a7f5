package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
)

// turn is a transaction at the writer. It is one among others in the transaction of its group:
// what it did can be undone without theirs, and is durable when the group is.
type turn struct {
	writer *writer
	group  *group
	// nested says that the group had members before, so that there is a savepoint to go back to.
	nested bool
	over   bool
	ended  func()
}

// The savepoint of the one transaction that has its turn.
const (
	setSavepoint     = "SAVEPOINT turn"
	backToSavepoint  = "ROLLBACK TO turn"
	releaseSavepoint = "RELEASE turn"
)

var (
	errOver = errors.New("the transaction has ended")
	errGone = errors.New("the transaction was rolled back by the database")
)

// transaction begins a transaction.
func (w *writer) transaction(ctx context.Context) (*turn, error) {
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	g, err := w.join()
	t := &turn{writer: w, group: g, ended: func() {}}
	if err == nil && g.members > 0 {
		t.nested = true
		if err = w.do(setSavepoint); err != nil {
			w.examine(err)
		}
	}
	if err != nil {
		_ = w.leave(nil)
		return nil, err
	}
	return t, nil
}

// usable returns an error when the transaction is not there any more.
func (t *turn) usable(ctx context.Context) error {
	switch {
	case t.over:
		return errOver
	case t.writer.group != t.group:
		return errors.Join(errGone, t.group.err)
	}
	return ctx.Err()
}

func (t *turn) exec(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	r, err := t.writer.conn.ExecContext(context.WithoutCancel(ctx), text, args)
	if err != nil {
		t.writer.examine(err)
		return nil, err
	}
	return r, nil
}

func (t *turn) query(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	r, err := t.writer.conn.QueryContext(context.WithoutCancel(ctx), text, args)
	if err != nil {
		t.writer.examine(err)
		return nil, err
	}
	return r, nil
}

// Commit implements driver.Tx. It returns when the group is durable.
func (t *turn) Commit() error {
	if t.over {
		return errOver
	}
	w := t.writer
	if err := t.usable(context.Background()); err != nil {
		t.leave(nil)
		return err
	}
	if t.nested {
		if err := w.do(releaseSavepoint); err != nil {
			t.undo(err)
			t.leave(nil)
			return err
		}
	}
	t.group.members++
	return t.leave(t.group)
}

// Rollback implements driver.Tx.
func (t *turn) Rollback() error {
	if t.over {
		return errOver
	}
	var err error
	if t.writer.group == t.group {
		err = t.undo(nil)
	}
	t.leave(nil)
	return err
}

// undo takes back what the transaction did. If it can't without taking back what others did, they
// hear of it.
func (t *turn) undo(cause error) error {
	w := t.writer
	if t.nested {
		err := w.do(backToSavepoint)
		if err == nil {
			err = w.do(releaseSavepoint)
		}
		if err == nil {
			return nil
		}
		cause = errors.Join(cause, err)
	}
	err := w.rollback()
	if err != nil {
		cause = errors.Join(cause, err)
	}
	w.end(cause)
	return err
}

func (t *turn) leave(in *group) error {
	t.over = true
	t.ended()
	return t.writer.leave(in)
}
