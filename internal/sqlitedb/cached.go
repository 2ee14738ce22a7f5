package sqlitedb

import (
	"container/list"
	"context"
	"database/sql/driver"
	"strings"
)

// longestText is the length in bytes up to which a statement is kept. Longer ones are inserts of
// many rows at once, whose number and so whose text differs each time.
const longestText = 4 << 10

// cached is a connection that keeps the statements it has prepared. It has no lock: database/sql
// lets one goroutine at a time into a connection, and into the rows that come of it.
type cached struct {
	physical
	limit int
	known map[string]*statement
	order *list.List // of *statement, the one used last in front
	// stuck says that the connection is in a transaction that it can't end.
	stuck bool
}

// statement is a prepared statement. One that is forgotten while it is busy is closed when it is
// released.
type statement struct {
	stmt
	text      string
	place     *list.Element
	busy      bool
	forgotten bool
}

// stmt is what a statement of the driver can do.
type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func newCached(p physical, limit int) *cached {
	return &cached{physical: p, limit: limit, known: map[string]*statement{}, order: list.New()}
}

// Unwrap returns the driver's connection, for functions of the driver that need it.
func (c *cached) Unwrap() driver.Conn { return c.physical }

// take returns the statement of a text, which the caller has to release; nil when the connection
// has to run the text itself: it is not of the kind that is kept, or is running already.
func (c *cached) take(ctx context.Context, text string) (*statement, error) {
	if s := c.known[text]; s != nil {
		if s.busy {
			return nil, nil
		}
		c.order.MoveToFront(s.place)
		s.busy = true
		return s, nil
	}
	if !keepable(text) {
		return nil, nil
	}
	prepared, err := c.physical.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	usable, ok := prepared.(stmt)
	if !ok {
		return nil, prepared.Close()
	}
	s := &statement{stmt: usable, text: text, busy: true}
	s.place = c.order.PushFront(s)
	c.known[text] = s
	if c.order.Len() > c.limit {
		c.forget(c.order.Back().Value.(*statement))
	}
	return s, nil
}

// release gives a statement back. One that failed is not used again.
func (c *cached) release(s *statement, failed bool) {
	s.busy = false
	if s.forgotten {
		_ = s.Close()
	} else if failed {
		c.forget(s)
	}
}

func (c *cached) forget(s *statement) {
	delete(c.known, s.text)
	c.order.Remove(s.place)
	s.forgotten = true
	if !s.busy {
		_ = s.Close() // says again why the statement failed last
	}
}

// ExecContext implements driver.ExecerContext.
func (c *cached) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.physical.ExecContext(ctx, text, args)
	}
	r, err := s.ExecContext(ctx, args)
	c.release(s, err != nil)
	return r, err
}

// QueryContext implements driver.QueryerContext. The statement is busy until its rows are closed.
func (c *cached) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.physical.QueryContext(ctx, text, args)
	}
	r, err := s.QueryContext(ctx, args)
	if err != nil {
		c.release(s, true)
		return nil, err
	}
	typed, ok := r.(typedRows)
	if !ok { // no driver that this package is used with
		c.forget(s)
		return r, nil
	}
	return &rows{typedRows: typed, closed: func(err error) { c.release(s, err != nil) }}, nil
}

// BeginTx implements driver.ConnBeginTx. A transaction that may write says so at once: one that
// finds out later can fail because of another connection.
func (c *cached) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN IMMEDIATE"
	if o.ReadOnly {
		begin = "BEGIN"
	}
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		return nil, err
	}
	return transaction{c}, nil
}

// transaction is one of a single connection.
type transaction struct{ *cached }

// Commit implements driver.Tx. After a failure the connection is out of the transaction too.
func (t transaction) Commit() error {
	ctx := context.Background()
	_, err := t.ExecContext(ctx, "COMMIT", nil)
	if err != nil {
		_, _ = t.ExecContext(ctx, "ROLLBACK", nil) // fails when SQLite did it already
	}
	return err
}

// Rollback implements driver.Tx. It fails, too, when SQLite did it already. What is written later
// must not end up in a transaction that nobody ends, so it is tried again.
func (t transaction) Rollback() error {
	ctx := context.Background()
	_, err := t.ExecContext(ctx, "ROLLBACK", nil)
	if err != nil {
		_, _ = t.ExecContext(ctx, "BEGIN", nil) // fails inside of a transaction
		_, again := t.ExecContext(ctx, "ROLLBACK", nil)
		t.stuck = again != nil
	}
	return err
}

// IsValid implements driver.Validator.
func (c *cached) IsValid() bool { return !c.stuck && c.physical.IsValid() }

// Close implements driver.Conn.
func (c *cached) Close() error {
	for _, s := range c.known {
		c.forget(s)
	}
	return c.physical.Close()
}

// keepable reports whether a text is worth keeping: one statement of the kind that is run often.
// Settings, changes of the schema and scripts go to the driver as they are.
func keepable(text string) bool {
	body := strings.TrimRight(strings.TrimSpace(text), "; \t\r\n")
	if len(body) > longestText || strings.Contains(body, ";") {
		return false
	}
	switch keyword(body) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH",
		"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return true
	}
	return false
}

// keyword returns the first word of a text in capitals.
func keyword(text string) string {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && (text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	return strings.ToUpper(text[:end])
}
