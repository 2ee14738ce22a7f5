package sqlite

import (
	"context"
	"database/sql"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

// Which index a statement about deliveries uses is said in it: the planner knows nothing of how many
// are open, and picks one that walks through all that ever were.

// OpenLines implements store.Deliveries.
func (s *Store) OpenLines(ctx context.Context) (list []store.Line, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var l store.Line
			err := rows.Scan(&l.Channel, &l.Webhook)
			list = append(list, l)
			return err
		}, `select distinct channel, webhook from delivery where state = 'open'
			and not exists (select 1 from channel c where c.id = delivery.channel and c.removed_at > 0) order by channel, webhook`)
	})
	return list, err
}

const deliveryColumns = `select d.id, d.channel, d.webhook, d.url, d.mode, d.state, d.expired, d.attempts, d.next_at, d.created_at, d.done_at,
	d.replays, d.replayed_by, e.id, e.channel, e.type, e.method, e.at, e.order_key `

// scanDelivery reads a row of deliveryColumns, and what stands behind them into more.
func scanDelivery(row interface{ Scan(...any) error }, more ...any) (store.Delivery, error) {
	var d store.Delivery
	var next, created, done, at int64
	var expired bool
	r := &d.Record
	err := row.Scan(append(into(&d.ID, &d.Line.Channel, &d.Line.Webhook, &d.URL, &d.Mode, &d.State, &expired, &d.Attempts, &next, &created, &done,
		&d.Replays, &d.ReplayedBy, &r.Event, &r.Channel, &r.Type, &r.Method, &at, &r.Order), more...)...)
	if expired {
		d.State = store.Expired
	}
	d.NextAt, d.CreatedAt, d.DoneAt, r.At = instant(next), instant(created), instant(done), instant(at)
	return d, err
}

// deliveries reads rows of deliveryColumns.
func (t *tx) deliveries(query string, args ...any) (list []store.Delivery, err error) {
	err = t.each(func(rows *sql.Rows) error {
		d, err := scanDelivery(rows)
		list = append(list, d)
		return err
	}, query, args...)
	return list, err
}

// FreshDeliveries implements store.Deliveries.
func (s *Store) FreshDeliveries(ctx context.Context, l store.Line, after int64, limit int) (list []store.Delivery, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		list, err = t.deliveries(deliveryColumns+`from delivery d indexed by delivery_line join event e on e.seq = d.event
			where d.channel = ? and d.webhook = ? and d.state = 'open' and d.id > ? and d.next_at = 0 order by d.id limit ?`,
			string(l.Channel), l.Webhook, after, limit)
		return err
	})
	return list, err
}

// PostponedDeliveries implements store.Deliveries.
func (s *Store) PostponedDeliveries(ctx context.Context, l store.Line, limit int) (list []store.Delivery, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		list, err = t.deliveries(deliveryColumns+`from delivery d indexed by delivery_due join event e on e.seq = d.event
			where d.channel = ? and d.webhook = ? and d.state = 'open' and d.next_at > 0 order by d.next_at, d.id limit ?`,
			string(l.Channel), l.Webhook, limit)
		return err
	})
	return list, err
}

// EventBody implements store.Deliveries.
func (s *Store) EventBody(ctx context.Context, e id.Event) (body []byte, err error) {
	err = s.read(ctx, func(t *tx) error {
		return found(t.one(into(&body), `select body from event where id = ?`, string(e)), "event")
	})
	return body, err
}

// Settle implements store.Deliveries.
func (s *Store) Settle(ctx context.Context, outcomes []store.Attempted, fared []store.Webhook) error {
	return s.write(ctx, func(t *tx) error {
		for _, o := range outcomes {
			if err := settle(t, o); err != nil {
				return err
			}
		}
		for _, w := range fared {
			_, err := t.exec(`update webhook set failures = ?, failing_since = ?, opened_at = ?, probe_at = ?, last_success = ? where channel = ? and key = ?`,
				w.Failures, micros(w.FailingSince), micros(w.OpenedAt), micros(w.ProbeAt), micros(w.LastSuccess), string(w.Line.Channel), w.Line.Webhook)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func settle(t *tx, o store.Attempted) error {
	a, next, done := o.Attempt, int64(0), micros(o.Attempt.At.Add(o.Attempt.Took))
	if o.State == store.Open {
		next, done = max(micros(o.Next), 1), 0
	}
	n, err := t.exec(`update delivery set attempts = attempts + 1, state = ?, next_at = ?, done_at = ? where id = ? and state = 'open'`,
		string(o.State), next, done, o.Delivery)
	if err == nil && n == 0 {
		n, err = t.exec(`update delivery set attempts = attempts + 1 where id = ?`, o.Delivery)
	}
	if err != nil || n == 0 {
		return err
	}
	_, err = t.exec(`insert into attempt (delivery, at, took, status, failure, answer) values (?, ?, ?, ?, ?, ?)`,
		o.Delivery, micros(a.At), a.Took.Microseconds(), a.Status, a.Failure, blob(a.Answer))
	return err
}

// HurryDeliveries implements store.Deliveries.
func (s *Store) HurryDeliveries(ctx context.Context, l store.Line, now time.Time, limit int) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		n = 0
		for _, which := range []string{`next_at > 0 and next_at < ?`, `next_at > ?`} {
			rows, err := t.exec(`update delivery set next_at = ? where id in (select id from delivery indexed by delivery_due
				where channel = ? and webhook = ? and state = 'open' and `+which+` order by next_at limit ?)`,
				micros(now), string(l.Channel), l.Webhook, micros(now), limit-n)
			if err != nil {
				return err
			}
			n += int(rows)
		}
		return nil
	})
	return result(n, err)
}

// EndDeliveries implements store.Deliveries.
func (s *Store) EndDeliveries(ctx context.Context, l store.Line, before time.Time, as store.DeliveryState, limit int) (n int, err error) {
	state, expired := as, as == store.Expired
	if expired {
		state = store.Cancelled
	}
	done := micros(time.Now())
	err = s.write(ctx, func(t *tx) error {
		var old []int64
		err := t.each(func(rows *sql.Rows) error {
			var num, created int64
			err := rows.Scan(&num, &created)
			if created < micros(before) {
				old = append(old, num)
			}
			return err
		}, `select id, created_at from delivery indexed by delivery_line where channel = ? and webhook = ? and state = 'open' order by id limit ?`,
			string(l.Channel), l.Webhook, limit)
		if err != nil {
			return err
		}
		n = len(old)
		for _, num := range old {
			if _, err := t.exec(`update delivery set state = ?, expired = ?, done_at = ? where id = ?`, string(state), expired, done, num); err != nil {
				return err
			}
		}
		return nil
	})
	return result(n, err)
}

// CancelLine implements store.Deliveries.
func (s *Store) CancelLine(ctx context.Context, l store.Line, after int64, limit int) (n int, last int64, err error) {
	now := micros(time.Now())
	err = s.write(ctx, func(t *tx) error {
		n, last = 0, 0
		var open []int64
		seen := 0
		err := t.each(func(rows *sql.Rows) error {
			var own bool
			err := rows.Scan(&last, &own)
			if seen++; !own {
				open = append(open, last)
			}
			return err
		}, `select id, url <> '' from delivery indexed by delivery_line where channel = ? and webhook = ? and state = 'open' and id > ? order by id limit ?`,
			string(l.Channel), l.Webhook, after, limit)
		if err != nil {
			return err
		}
		for _, num := range open {
			if _, err := t.exec(`update delivery set state = 'cancelled', done_at = ? where id = ?`, now, num); err != nil {
				return err
			}
		}
		if n = len(open); seen < limit {
			last = 0
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return n, last, nil
}

// result is n, if it counts.
func result(n int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return n, nil
}
