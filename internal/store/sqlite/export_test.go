package sqlite

import (
	"context"
	"database/sql/driver"
	"maps"
	"slices"
	"strings"
)

// Tx lets tests write what no method of the store would.
type Tx = tx

func (t *tx) Exec(query string, args ...any) error {
	_, err := t.exec(query, args...)
	return err
}

func (t *tx) Number(query string, args ...any) (n int64, err error) {
	err = t.one(into(&n), query, args...)
	return n, err
}

func (s *Store) Write(ctx context.Context, do func(*Tx) error) error { return s.write(ctx, do) }

// Queued is how many jobs wait for the writer.
func (s *Store) Queued() int { return len(s.writer.queue) }

// Statements are the texts that were prepared so far.
func (s *Store) Statements() []string {
	var list []string
	for _, session := range []*session{s.writer.session, s.reader} {
		if session != nil {
			session.mu.Lock()
			list = slices.AppendSeq(list, maps.Keys(session.stmts))
			session.mu.Unlock()
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Plan is how the database goes about a statement, a line for each step.
func (s *Store) Plan(ctx context.Context, query string) (steps []string, err error) {
	err = s.write(ctx, func(t *tx) error {
		st, err := t.session.stmt(t.ctx, "explain query plan "+query)
		if err != nil {
			return err
		}
		rows, err := st.QueryContext(t.ctx, make([]any, strings.Count(query, "?"))...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				return err
			}
			steps = append(steps, step)
		}
		return rows.Err()
	})
	return steps, err
}

func (s *Store) Read(ctx context.Context, do func(*Tx) error) error { return s.read(ctx, do) }

// Between returns o with something between the store and the driver.
func (o Options) Between(wrap func(driver.Connector) driver.Connector) Options {
	o.between = wrap
	return o
}

// OneByOne returns o with a transaction for each write.
func (o Options) OneByOne() Options {
	o.most = 1
	return o
}
