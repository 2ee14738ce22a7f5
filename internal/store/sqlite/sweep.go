package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// Sweep implements store.Outbox.
func (s *Store) Sweep(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		var old []int64
		err := t.each(func(rows *sql.Rows) error {
			var seq int64
			err := rows.Scan(&seq)
			old = append(old, seq)
			return err
		}, `select seq from outbound where ended_at > 0 and ended_at < ? order by ended_at limit ?`, micros(before), limit)
		if err != nil {
			return err
		}
		for _, seq := range old {
			if err := forget(t, seq); err != nil {
				return err
			}
		}
		n = len(old)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// forget deletes one row of the outbox with what refers to it.
func forget(t *tx, seq int64) error {
	for _, text := range []string{
		`delete from outbound_attempt where outbound = ?`,
		`delete from outbound_key where outbound = ?`,
		`delete from outbound where seq = ?`,
	} {
		if _, err := t.exec(text, seq); err != nil {
			return err
		}
	}
	return nil
}
