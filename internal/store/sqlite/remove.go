package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapgate/internal/id"
)

// RemoveChannel implements store.Channels. The rows stay behind a mark: there may be many, and others
// wait for the writer. Nothing is delivered for them any more: a channel that is not found has no webhooks.
func (s *Store) RemoveChannel(ctx context.Context, ch id.Channel) error {
	now := micros(time.Now())
	return s.writeTokens(ctx, func(t *tx) error {
		n, err := t.exec(`update channel set removed_at = ?, settings = '{"v":1,"backoff_delay":"0s","max_backoff_delay":"0s"}' where id = ? and removed_at = 0`, now, string(ch))
		if err := changed(n, err, "channel"); err != nil {
			return err
		}
		_, err = t.exec(`delete from token where channel = ?`, string(ch))
		return err
	})
}

// PurgeRemoved implements store.Channels.
func (s *Store) PurgeRemoved(ctx context.Context, limit int) (more bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		var ch string
		err := t.one(into(&ch), `select id from channel where removed_at > 0 limit 1`)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		more = true
		if s.purge == nil {
			if s.purge, err = purgeSteps(t); err != nil {
				return err
			}
		}
		left := int64(limit)
		for _, step := range s.purge {
			n, err := t.exec(step, ch, left)
			if err != nil {
				return err
			}
			if left -= n; left <= 0 {
				return nil
			}
		}
		_, err = t.exec(`/* purge */ delete from channel where id = ?`, ch)
		return err
	})
	return more && err == nil, err
}

// purgeSteps returns the statements that delete what belongs to a channel (?1), at most ?2 rows each:
// what refers to a row goes before that row. They are read off the schema, so that a table which is
// added later is not forgotten.
func purgeSteps(t *tx) ([]string, error) {
	var tables []string
	err := t.each(func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		tables = append(tables, name)
		return err
	}, `/* purge */ select name from pragma_table_list where schema = 'main' and type = 'table' order by name`)
	if err != nil {
		return nil, err
	}
	s := schema{refers: map[string][]reference{}, keys: map[string]string{}}
	for _, name := range tables {
		if err := s.read(t, name); err != nil {
			return nil, err
		}
	}
	return s.steps("channel", nil), nil
}

// schema is what is known of the tables: what they refer to, and their primary keys.
type schema struct {
	refers map[string][]reference
	keys   map[string]string
}

// reference is a foreign key of one column.
type reference struct{ column, table, to string }

func (s *schema) read(t *tx, table string) error {
	var key []string
	err := t.each(func(rows *sql.Rows) error {
		var column string
		err := rows.Scan(&column)
		key = append(key, column)
		return err
	}, `/* purge */ select name from pragma_table_info(?) where pk > 0 order by pk`, table)
	if err != nil {
		return err
	}
	s.keys[table] = "(" + strings.Join(key, ", ") + ")"
	return t.each(func(rows *sql.Rows) error {
		var r reference
		err := rows.Scan(&r.column, &r.table, &r.to)
		s.refers[table] = append(s.refers[table], r)
		return err
	}, `/* purge */ select f."from", f."table", ifnull(f."to", (select name from pragma_table_info(f."table") where pk = 1)) from pragma_foreign_key_list(?) f`, table)
}

// steps appends the statements for everything that refers to table, directly or not.
func (s *schema) steps(table string, done []string) []string {
	var children []string
	for child, list := range s.refers {
		if slices.ContainsFunc(list, func(r reference) bool { return r.table == table }) {
			children = append(children, child)
		}
	}
	slices.Sort(children)
	for _, child := range children {
		done = s.steps(child, done)
		step := fmt.Sprintf("/* purge */ delete from %s where %s in (select %s from %[1]s where %[4]s limit ?2)",
			child, s.keys[child], strings.Trim(s.keys[child], "()"), s.belongs(child))
		if !slices.Contains(done, step) {
			done = append(done, step)
		}
	}
	return done
}

// belongs is the condition that a row of table belongs to channel ?1.
func (s *schema) belongs(table string) string {
	var any []string
	for _, r := range s.refers[table] {
		if r.table == "channel" {
			any = append(any, r.column+" = ?1")
		} else {
			any = append(any, fmt.Sprintf("%s in (select %s from %s where %s)", r.column, r.to, r.table, s.belongs(r.table)))
		}
	}
	return strings.Join(any, " or ")
}
