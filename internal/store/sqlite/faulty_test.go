package sqlite_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
)

// faults makes statements fail on their way to the database.
type faults struct {
	mu     sync.Mutex
	left   int // statements until it begins; 0 when nothing fails
	manner manner
	fired  bool
}

// manner is how a statement fails.
type manner string

const (
	notRun     manner = "not run"
	runAndLost manner = "run, but its answer was lost"
	rolledBack manner = "rolled back with its transaction" // as SQLite does when the disk is full
	fromNowOn  manner = "not run, and none after it"
)

var errDisk = errors.New("disk on fire")

// arm lets the n-th statement from now fail.
func (f *faults) arm(n int, m manner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.manner, f.fired = n, m, false
}

// disarm reports whether a statement has failed, and lets no other fail.
func (f *faults) disarm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = 0
	return f.fired
}

// next returns how the next statement fails; "" when it does not.
func (f *faults) next() manner {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 || f.left > 1 {
		f.left = max(f.left-1, 0)
		return ""
	}
	if f.fired = true; f.manner != fromNowOn {
		f.left = 0
	}
	return f.manner
}

// between is what stands between the store and the driver.
func (f *faults) between(c driver.Connector) driver.Connector { return faultyConnector{c, f} }

type faultyConnector struct {
	driver.Connector
	faults *faults
}

func (c faultyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &faultyConn{conn.(sqliteConn), c.faults}, nil
}

// sqliteConn is what the driver's connections can do and the store relies on.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
}

type faultyConn struct {
	sqliteConn
	faults *faults
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &faultyStmt{s.(sqliteStmt), c}, nil
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type faultyStmt struct {
	sqliteStmt
	conn *faultyConn
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.conn.fail(ctx, func() error {
		_, err := s.sqliteStmt.ExecContext(ctx, args)
		return err
	}); err != nil {
		return nil, err
	}
	return s.sqliteStmt.ExecContext(ctx, args)
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.conn.fail(ctx, func() error { return nil }); err != nil {
		return nil, err
	}
	return s.sqliteStmt.QueryContext(ctx, args)
}

// fail fails if it is the turn of this statement, which run runs.
func (c *faultyConn) fail(ctx context.Context, run func() error) error {
	switch c.faults.next() {
	case "":
		return nil
	case runAndLost:
		return errors.Join(errDisk, run())
	case rolledBack:
		_, _ = c.sqliteConn.ExecContext(ctx, "rollback", nil) // fails when there is no transaction
	}
	return errDisk
}
