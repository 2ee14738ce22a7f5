package sqlitedb_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
)

// faults stand between the package and the driver.
type faults struct {
	mu sync.Mutex
	// fails says whether a statement fails, and how; "" when it does not.
	fails    func(text string) manner
	prepared map[string]int // how often a text was prepared
}

// manner is how a statement fails.
type manner string

const (
	notRun     manner = "not run"
	runAndLost manner = "run, but its answer was lost"
	rolledBack manner = "rolled back with its transaction" // as SQLite does when the disk is full
)

var errDisk = errors.New("disk on fire")

func newFaults() *faults { return &faults{prepared: map[string]int{}} }

func (f *faults) set(fails func(text string) manner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = fails
}

// once lets the n-th statement from now that begins with a word fail.
func (f *faults) once(word string, n int, m manner) {
	f.set(func(text string) manner {
		if strings.HasPrefix(text, word) {
			if n--; n == 0 {
				return m
			}
		}
		return ""
	})
}

func (f *faults) next(text string) manner {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails == nil {
		return ""
	}
	return f.fails(text)
}

func (f *faults) between(c driver.Connector) driver.Connector { return faultyConnector{c, f} }

type faultyConnector struct {
	driver.Connector
	*faults
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

func (c faultyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &faultyConn{conn.(sqliteConn), c.faults}, nil
}

type faultyConn struct {
	sqliteConn
	faults *faults
}

func (c *faultyConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.faults.mu.Lock()
	c.faults.prepared[text]++
	c.faults.mu.Unlock()
	return &faultyStmt{s.(sqliteStmt), c, text}, nil
}

func (c *faultyConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(ctx, text, func() (driver.Result, error) { return c.sqliteConn.ExecContext(ctx, text, args) })
}

func (c *faultyConn) exec(ctx context.Context, text string, run func() (driver.Result, error)) (driver.Result, error) {
	switch c.faults.next(text) {
	case "":
		return run()
	case runAndLost:
		_, err := run()
		return nil, errors.Join(errDisk, err)
	case rolledBack:
		_, _ = c.sqliteConn.ExecContext(ctx, "rollback", nil) // fails when there is no transaction
	}
	return nil, errDisk
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type faultyStmt struct {
	sqliteStmt
	conn *faultyConn
	text string
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.exec(ctx, s.text, func() (driver.Result, error) { return s.sqliteStmt.ExecContext(ctx, args) })
}
