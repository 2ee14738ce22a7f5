package meow

import (
	"context"
	"database/sql/driver"
)

// Watch sees each statement that reaches the database.
type Watch struct {
	// Before sees it before it runs; one that it refuses does not run.
	Before func(text string) error
	// After sees it when it has run. nil sees nothing.
	After func(text string)
}

// WithWatch returns options with a watch on the database.
func WithWatch(o Options, w Watch) Options {
	o.between = func(c driver.Connector) driver.Connector { return watched{c, w} }
	return o
}

func (w Watch) see(text string, run func() error) error {
	if err := w.Before(text); err != nil {
		return err
	}
	err := run()
	if w.After != nil {
		w.After(text)
	}
	return err
}

type watched struct {
	driver.Connector
	watch Watch
}

// Connect implements driver.Connector.
func (w watched) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &watchedConn{c.(sqliteConn), w.watch}, nil
}

type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type watchedConn struct {
	sqliteConn
	watch Watch
}

func (c *watchedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.watch.see(text, func() error {
		r, err = c.sqliteConn.ExecContext(ctx, text, args)
		return err
	})
	return r, err
}

func (c *watchedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (r driver.Rows, err error) {
	err = c.watch.see(text, func() error {
		r, err = c.sqliteConn.QueryContext(ctx, text, args)
		return err
	})
	return r, err
}

func (c *watchedConn) BeginTx(ctx context.Context, o driver.TxOptions) (t driver.Tx, err error) {
	err = c.watch.see("BEGIN", func() error {
		t, err = c.sqliteConn.BeginTx(ctx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return watchedTx{t, c.watch}, nil
}

type watchedTx struct {
	driver.Tx
	watch Watch
}

// Commit leaves no transaction behind, as the driver's own doesn't.
func (t watchedTx) Commit() error {
	ran := false
	err := t.watch.see("COMMIT", func() error {
		ran = true
		return t.Tx.Commit()
	})
	if !ran {
		_ = t.Tx.Rollback()
	}
	return err
}

func (c *watchedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &watchedStmt{s.(sqliteStmt), text, c.watch}, nil
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type watchedStmt struct {
	sqliteStmt
	text  string
	watch Watch
}

func (s *watchedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.watch.see(s.text, func() error {
		r, err = s.sqliteStmt.ExecContext(ctx, args)
		return err
	})
	return r, err
}

func (s *watchedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	err = s.watch.see(s.text, func() error {
		r, err = s.sqliteStmt.QueryContext(ctx, args)
		return err
	})
	return r, err
}
