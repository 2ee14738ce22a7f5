package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
)

// conn is what database/sql takes for a connection: a reader of its own, and turns at the writer.
type conn struct {
	writer  *writer
	reading *opener
	reader  physical // nil until the first read
	tx      *turn    // the transaction that is open, nil when none is
	// looking says that a transaction is open that only reads.
	looking bool
}

var errReadOnly = errors.New("the transaction is one that only reads")

var (
	_ physical = (*conn)(nil)
)

// own returns the reader.
func (c *conn) own(ctx context.Context) (physical, error) {
	if c.reader == nil {
		r, err := c.reading.Connect(ctx)
		if err != nil {
			return nil, err
		}
		c.reader = r.(physical)
	}
	return c.reader, nil
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if c.tx != nil {
		return c.tx.exec(ctx, text, args)
	}
	if c.looking {
		return nil, errReadOnly
	}
	return c.writer.exec(ctx, text, args)
}

// QueryContext implements driver.QueryerContext. A read sees every write that was answered before
// it began. In a transaction it sees what was written there.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if c.tx != nil {
		return c.tx.query(ctx, text, args)
	}
	if c.looking {
		return c.reader.QueryContext(ctx, text, args) // which refuses to write
	}
	switch keyword(text) {
	case "SELECT", "PRAGMA", "EXPLAIN", "VALUES":
		r, err := c.own(ctx)
		if err != nil {
			return nil, err
		}
		return r.QueryContext(ctx, text, args)
	}
	g, err := c.writer.query(ctx, text, args)
	if err != nil {
		return nil, err // a nil *gathered is no nil driver.Rows
	}
	return g, nil
}

// BeginTx implements driver.ConnBeginTx. A transaction that may write has the writer for itself
// until it ends.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o.ReadOnly {
		r, err := c.own(ctx)
		if err != nil {
			return nil, err
		}
		tx, err := r.BeginTx(ctx, o)
		if err != nil {
			return nil, err
		}
		c.looking = true
		return look{tx, c}, nil
	}
	t, err := c.writer.transaction(ctx)
	if err != nil {
		return nil, err
	}
	t.ended = func() { c.tx = nil }
	c.tx = t
	return t, nil
}

// look is a transaction of the reader.
type look struct {
	driver.Tx
	conn *conn
}

// Commit implements driver.Tx.
func (l look) Commit() error {
	l.conn.looking = false
	return l.Tx.Commit()
}

// Rollback implements driver.Tx.
func (l look) Rollback() error {
	l.conn.looking = false
	return l.Tx.Rollback()
}

// Begin implements driver.Conn.
func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// Ping implements driver.Pinger.
func (c *conn) Ping(ctx context.Context) error {
	r, err := c.own(ctx)
	if err != nil {
		return err
	}
	return r.Ping(ctx)
}

// ResetSession implements driver.SessionResetter.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.reader == nil {
		return nil
	}
	return c.reader.ResetSession(ctx)
}

// IsValid implements driver.Validator. The writer is no part of that: it is never interrupted.
func (c *conn) IsValid() bool { return c.tx == nil && (c.reader == nil || c.reader.IsValid()) }

// Close implements driver.Conn.
func (c *conn) Close() error {
	var errTx error
	if c.tx != nil {
		errTx = c.tx.Rollback()
	}
	if c.reader == nil {
		return errTx
	}
	return errors.Join(errTx, c.reader.Close())
}

// PrepareContext implements driver.ConnPrepareContext. Where a statement runs depends on when it
// runs, so there is nothing to prepare but the text; the connections remember what they know.
func (c *conn) PrepareContext(_ context.Context, text string) (driver.Stmt, error) {
	return &plainStmt{conn: c, text: text}, nil
}

// Prepare implements driver.Conn.
func (c *conn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// plainStmt is a text and its connection.
type plainStmt struct {
	conn *conn
	text string
}

// ExecContext implements driver.StmtExecContext.
func (s *plainStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.text, args)
}

// QueryContext implements driver.StmtQueryContext.
func (s *plainStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.text, args)
}

// NumInput implements driver.Stmt: the database counts.
func (s *plainStmt) NumInput() int { return -1 }

// Close implements driver.Stmt.
func (s *plainStmt) Close() error { return nil }

// Exec implements driver.Stmt.
func (s *plainStmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), named(args))
}

// Query implements driver.Stmt.
func (s *plainStmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), named(args))
}

func named(args []driver.Value) []driver.NamedValue {
	list := make([]driver.NamedValue, len(args))
	for i, v := range args {
		list[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return list
}
