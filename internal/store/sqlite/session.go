package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// session is a connection, or a pool of them, with the statements prepared on it. Parsing is half of
// what a statement costs, so each text is prepared once. The texts are constants of this package;
// there are few of them and none is dropped.
type session struct {
	db interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	closeDB func() error

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

func newSession(db interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}, closeDB func() error) *session {
	return &session{db: db, closeDB: closeDB, stmts: map[string]*sql.Stmt{}}
}

func (s *session) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.stmts[query]; st != nil {
		return st, nil
	}
	st, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}

func (s *session) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, s.closeDB())...)
}

// tx is what a function of a write or a read talks to.
type tx struct {
	ctx     context.Context
	session *session
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	r, err := t.result(query, args)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// insert runs a statement that inserts at most one row. ok is false when it inserted none.
func (t *tx) insert(query string, args ...any) (rowid int64, ok bool, err error) {
	r, err := t.result(query, args)
	if err != nil {
		return 0, false, err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return 0, false, err
	}
	rowid, err = r.LastInsertId()
	return rowid, err == nil, err
}

func (t *tx) result(query string, args []any) (sql.Result, error) {
	st, err := t.session.stmt(t.ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(t.ctx, args...)
}

// one reads one row into dest. The error is sql.ErrNoRows when there is none.
func (t *tx) one(dest []any, query string, args ...any) error {
	st, err := t.session.stmt(t.ctx, query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(t.ctx, args...).Scan(dest...)
}

// each hands every row of the answer to scan. No other statement may run meanwhile.
func (t *tx) each(scan func(*sql.Rows) error, query string, args ...any) error {
	st, err := t.session.stmt(t.ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// into lists where a row is read into.
func into(dest ...any) []any { return dest }
