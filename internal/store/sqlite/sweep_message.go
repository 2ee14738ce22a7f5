package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// sweepRows is how many rows for each message that it may look at a step of SweepMessages deletes before it
// ends early: a message in a large group has a row for each of its readers.
const sweepRows = 10

// SweepMessages implements store.Messages.
func (s *Store) SweepMessages(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		old, seen, more, err := oldMessages(t, before, after, limit)
		if err != nil {
			return err
		}
		n, last = 0, 0
		for rows := int64(0); n < len(old); n++ {
			if rows >= int64(sweepRows*limit) {
				last = old[n-1]
				return nil
			}
			deleted, err := forgetMessage(t, old[n])
			if err != nil {
				return err
			}
			rows += deleted
		}
		if more {
			last = seen
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return n, last, nil
}

// oldMessages looks at the messages behind after: those that are old and not needed, the last it has seen,
// and whether there may be old ones behind it.
func oldMessages(t *tx, before time.Time, after int64, limit int) (old []int64, last int64, more bool, err error) {
	seen, young := 0, false
	err = t.each(func(rows *sql.Rows) error {
		var at int64
		var needed bool
		err := rows.Scan(&last, &at, &needed)
		seen++
		if young = at >= micros(before); !young && !needed {
			old = append(old, last)
		}
		return err
	}, `select m.num, m.at, exists (select 1 from outbound o where o.message = m.num) or exists (select 1 from download d where d.message = m.num)
		from message m where m.num > ? order by m.num limit ?`, after, limit)
	return old, last, seen == limit && !young, err
}

// forgetMessage deletes a message with what refers to it. Events outlive it: they are about none then, since
// its number may be given again.
func forgetMessage(t *tx, num int64) (rows int64, err error) {
	for _, text := range []string{
		`delete from message_status where message = ?`,
		`update event set message = null where message = ?`,
		`delete from message where num = ?`,
	} {
		n, err := t.exec(text, num)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, nil
}
