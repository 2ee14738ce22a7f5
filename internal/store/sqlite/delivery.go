package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tapgate/internal/store"
)

// OpenLines implements store.Deliveries.
func (s *Store) OpenLines(ctx context.Context) (list []store.Line, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var l store.Line
			err := rows.Scan(&l.Channel, &l.Webhook)
			list = append(list, l)
			return err
		}, `select distinct channel, webhook from delivery where state = 'open' order by channel, webhook`)
	})
	return list, err
}

// DueDelivery implements store.Deliveries.
func (s *Store) DueDelivery(ctx context.Context, l store.Line, now time.Time) (d store.Delivery, ok bool, next time.Time, err error) {
	err = s.read(ctx, func(t *tx) error {
		for {
			// A line whose webhook is down is long and wholly in the future: ask for that first,
			// rather than search it for a row that is due.
			var earliest sql.NullInt64
			err := t.one(into(&earliest), `select min(next_at) from delivery where channel = ? and webhook = ? and state = 'open'`,
				string(l.Channel), l.Webhook)
			if err != nil || !earliest.Valid {
				return err
			}
			if earliest.Int64 > micros(now) {
				next = instant(earliest.Int64)
				return nil
			}
			d, err = dueDelivery(t, l, now)
			if !errors.Is(err, sql.ErrNoRows) {
				ok = err == nil
				return err
			}
			// it was ended between the two questions
		}
	})
	return d, ok, next, err
}

// dueDelivery walks the line from its head. The plus keeps the index on next_at out of it, with which
// everything that is due would be sorted for the sake of one row.
func dueDelivery(t *tx, l store.Line, now time.Time) (store.Delivery, error) {
	d := store.Delivery{Line: l}
	r := &d.Record
	var at, created int64
	err := t.one(into(&d.ID, &d.Attempts, &created, &r.Event, &r.Channel, &r.Type, &r.Method, &at, &r.Order, &r.Body),
		`select d.id, d.attempts, d.created_at, e.id, e.channel, e.type, e.method, e.at, e.order_key, e.body
		from delivery d join event e on e.seq = d.event
		where d.channel = ? and d.webhook = ? and d.state = 'open' and +d.next_at <= ? order by d.id limit 1`,
		string(l.Channel), l.Webhook, micros(now))
	if err != nil {
		return store.Delivery{}, err
	}
	d.CreatedAt, r.At = instant(created), instant(at)
	return d, nil
}

// Delivered implements store.Deliveries.
func (s *Store) Delivered(ctx context.Context, delivery int64, a store.Attempt) error {
	return s.end(ctx, delivery, a, "delivered")
}

// GiveUp implements store.Deliveries.
func (s *Store) GiveUp(ctx context.Context, delivery int64, a store.Attempt) error {
	return s.end(ctx, delivery, a, "dead")
}

func (s *Store) end(ctx context.Context, delivery int64, a store.Attempt, state string) error {
	return s.write(ctx, func(t *tx) error {
		if err := addAttempt(t, delivery, a); err != nil {
			return err
		}
		_, err := t.exec(`update delivery set state = ?, done_at = ? where id = ? and state = 'open'`,
			state, micros(a.At.Add(a.Took)), delivery)
		return err
	})
}

// Retry implements store.Deliveries.
func (s *Store) Retry(ctx context.Context, delivery int64, a store.Attempt, next time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := addAttempt(t, delivery, a); err != nil {
			return err
		}
		_, err := t.exec(`update delivery set next_at = ? where id = ? and state = 'open'`, micros(next), delivery)
		return err
	})
}

func addAttempt(t *tx, delivery int64, a store.Attempt) error {
	n, err := t.exec(`update delivery set attempts = attempts + 1 where id = ?`, delivery)
	if err := changed(n, err, "delivery"); err != nil {
		return err
	}
	_, err = t.exec(`insert into attempt (delivery, at, took, status, failure, answer) values (?, ?, ?, ?, ?, ?)`,
		delivery, micros(a.At), a.Took.Microseconds(), a.Status, a.Failure, blob(a.Answer))
	return err
}

// CancelLine implements store.Deliveries.
func (s *Store) CancelLine(ctx context.Context, l store.Line) (n int, err error) {
	now := micros(time.Now())
	err = s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`update delivery set state = 'cancelled', done_at = ? where channel = ? and webhook = ? and state = 'open'`,
			now, string(l.Channel), l.Webhook)
		n = int(rows)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
