package sqlite

import (
	"context"
	"database/sql"
	"time"

	"tapgate/internal/id"
)

// SweepDeliveries implements store.DeliveryLog.
func (s *Store) SweepDeliveries(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		var old []int64
		seen, young := 0, false
		err := t.each(func(rows *sql.Rows) error {
			var num, created int64
			var open bool
			err := rows.Scan(&num, &created, &open)
			seen++
			if young = created >= micros(before); !young && !open {
				old = append(old, num)
			}
			last = num
			return err
		}, `select id, created_at, state = 'open' from delivery where id > ? order by id limit ?`, after, limit)
		if err != nil {
			return err
		}
		for _, num := range old {
			if _, err := t.exec(`delete from attempt where delivery = ?`, num); err != nil {
				return err
			}
			if _, err := t.exec(`delete from delivery where id = ?`, num); err != nil {
				return err
			}
		}
		n = len(old)
		if seen < limit || young { // what follows is young, too
			last = 0
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return n, last, nil
}

// SweepEvents implements store.DeliveryLog.
func (s *Store) SweepEvents(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		swept := map[id.Channel]int64{}
		var old []int64
		seen, young := 0, false
		err := t.each(func(rows *sql.Rows) error {
			var num, at int64
			var ch id.Channel
			var needed bool
			err := rows.Scan(&num, &ch, &at, &needed)
			seen++
			if young = at >= micros(before); !young && !needed {
				old = append(old, num)
				swept[ch] = num
			}
			last = num
			return err
		}, `select e.seq, e.channel, e.at, exists (select 1 from delivery d where d.event = e.seq) from event e where e.seq > ? order by e.seq limit ?`, after, limit)
		if err != nil {
			return err
		}
		for _, num := range old {
			if _, err := t.exec(`delete from event where seq = ?`, num); err != nil {
				return err
			}
		}
		for ch, num := range swept {
			_, err := t.exec(`insert into event_swept (channel, seq) values (?, ?) on conflict (channel) do update set seq = max(seq, excluded.seq)`, string(ch), num)
			if err != nil {
				return err
			}
		}
		n = len(old)
		if seen < limit || young { // what follows is young, too
			last = 0
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return n, last, nil
}
