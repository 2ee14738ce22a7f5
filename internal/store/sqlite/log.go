package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// glance is how many deliveries a page looks at when no index knows which of them fit.
const glance = 300

const (
	newestFirst     = deliveryColumns + `from delivery d indexed by delivery_log join event e on e.seq = d.event where d.channel = ? and d.webhook = ? and d.id < ? order by d.id desc limit ?`
	newestOpenFirst = deliveryColumns + `from delivery d indexed by delivery_line join event e on e.seq = d.event where d.channel = ? and d.webhook = ? and d.state = 'open' and d.id < ? order by d.id desc limit ?`
	newestDeadFirst = deliveryColumns + `from delivery d indexed by delivery_dead join event e on e.seq = d.event where d.channel = ? and d.webhook = ? and d.state = 'dead' and d.id < ? order by d.id desc limit ?`
	oldestFirst     = deliveryColumns + `from delivery d indexed by delivery_log join event e on e.seq = d.event where d.channel = ? and d.webhook = ? and d.id > ? order by d.id limit ?`
	oldestDeadFirst = deliveryColumns + `from delivery d indexed by delivery_dead join event e on e.seq = d.event where d.channel = ? and d.webhook = ? and d.state = 'dead' and d.id > ? order by d.id limit ?`
)

// Deliveries implements store.DeliveryLog.
func (s *Store) Deliveries(ctx context.Context, ch id.Channel, q store.DeliveryQuery) (list []store.Delivery, next int64, err error) {
	query, look := newestFirst, glance
	switch q.State {
	case "":
		look = q.Limit
	case store.Open:
		query, look = newestOpenFirst, q.Limit
	case store.Dead:
		query, look = newestDeadFirst, q.Limit
	}
	before := q.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	err = s.read(ctx, func(t *tx) error {
		seen, more, err := page(t, ch, q.Webhook, query, before, look, func(a, b store.Delivery) int { return cmp.Compare(b.ID, a.ID) })
		if err != nil {
			return err
		}
		list, next = nil, 0
		for _, d := range seen {
			if len(list) == q.Limit {
				more = true
				break
			}
			next = d.ID
			if q.State == "" || d.State == q.State {
				list = append(list, d)
			}
		}
		if !more {
			next = 0
		}
		return nil
	})
	return list, next, err
}

// page reads deliveries of one webhook, or of all webhooks of a channel, from a place on, in order.
// more is true when there are others behind them.
func page(t *tx, ch id.Channel, webhook, query string, from int64, limit int, order func(a, b store.Delivery) int) (list []store.Delivery, more bool, err error) {
	keys := []string{webhook}
	if webhook == "" {
		if keys, err = everyWebhook(t, ch); err != nil {
			return nil, false, err
		}
	}
	for _, key := range keys {
		part, err := t.deliveries(query, string(ch), key, from, limit+1)
		if err != nil {
			return nil, false, err
		}
		list = append(list, part...)
	}
	slices.SortFunc(list, order)
	if len(list) > limit {
		return list[:limit], true, nil
	}
	return list, false, nil
}

// everyWebhook returns the webhooks that a channel has deliveries of.
func everyWebhook(t *tx, ch id.Channel) (keys []string, err error) {
	for last := ""; ; {
		var key sql.NullString
		err := t.one(into(&key), `select min(webhook) from delivery indexed by delivery_log where channel = ? and webhook > ?`, string(ch), last)
		if err != nil || !key.Valid {
			return keys, err
		}
		last = key.String
		keys = append(keys, last)
	}
}

// Delivery implements store.DeliveryLog.
func (s *Store) Delivery(ctx context.Context, ch id.Channel, delivery int64) (d store.Delivery, attempts []store.Attempt, err error) {
	err = s.read(ctx, func(t *tx) error {
		d, err = oneDelivery(t, ch, delivery)
		if err != nil {
			return err
		}
		attempts = nil
		return t.each(func(rows *sql.Rows) error {
			var a store.Attempt
			var at, took int64
			err := rows.Scan(&at, &took, &a.Status, &a.Failure, &a.Answer)
			a.At, a.Took = instant(at), time.Duration(took)*time.Microsecond
			attempts = append(attempts, a)
			return err
		}, `select at, took, status, failure, answer from attempt where delivery = ? order by num`, delivery)
	})
	return d, attempts, err
}

func oneDelivery(t *tx, ch id.Channel, delivery int64) (d store.Delivery, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var body []byte
		d, err = scanDelivery(rows, &body)
		d.Record.Body = body
		return err
	}, deliveryColumns+`, e.body from delivery d join event e on e.seq = d.event where d.id = ?`, delivery)
	if err == nil && (d.ID == 0 || d.Line.Channel != ch) {
		return store.Delivery{}, missing("delivery")
	}
	return d, err
}

// Replay implements store.DeliveryLog.
func (s *Store) Replay(ctx context.Context, ch id.Channel, q store.ReplayQuery) (made int, lines []store.Line, next int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		var list []store.Delivery
		if len(q.IDs) > 0 {
			list, err = named(t, ch, q)
		} else {
			list, next, err = fitting(t, ch, q)
		}
		if err != nil {
			return err
		}
		for _, d := range list {
			line, err := replay(t, d, q)
			if err != nil {
				return err
			}
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		made = len(list)
		return nil
	})
	if err != nil {
		return 0, nil, 0, err
	}
	return made, lines, next, nil
}

// named reads the deliveries with the IDs of a query.
func named(t *tx, ch id.Channel, q store.ReplayQuery) (list []store.Delivery, err error) {
	ids := slices.Compact(slices.Sorted(slices.Values(q.IDs)))
	for _, num := range ids {
		d, err := oneDelivery(t, ch, num)
		if err != nil {
			return nil, err
		}
		if d.State == store.Open && q.Target == (store.Target{}) {
			return nil, fault.New(fault.Conflict, "delivery %d is still open: it will be made without being repeated", num)
		}
		list = append(list, d)
	}
	return list, nil
}

// fitting reads the next deliveries that fit a query.
func fitting(t *tx, ch id.Channel, q store.ReplayQuery) (list []store.Delivery, next int64, err error) {
	query, after, to := oldestFirst, q.After, instant(micros(q.At))
	if !q.To.IsZero() && q.To.Before(to) {
		to = q.To
	}
	if q.State == store.Dead {
		query = oldestDeadFirst
	}
	if !q.From.IsZero() {
		first, err := firstSince(t, q.From)
		if err != nil {
			return nil, 0, err
		}
		after = max(after, first-1)
	}
	seen, more, err := page(t, ch, q.Webhook, query, after, q.Limit, func(a, b store.Delivery) int { return cmp.Compare(a.ID, b.ID) })
	if err != nil {
		return nil, 0, err
	}
	for _, d := range seen {
		switch {
		case !d.CreatedAt.Before(to):
			return list, 0, nil
		case d.CreatedAt.Before(q.From), d.State == store.Open, q.State != "" && d.State != q.State:
		case q.State == store.Dead && d.ReplayedBy != 0, q.State != store.Dead && d.Replays != 0:
		default:
			list = append(list, d)
		}
	}
	if more {
		next = seen[len(seen)-1].ID
	}
	return list, next, nil
}

// firstSince returns the lowest ID of a delivery that was not made before a time. IDs grow with time.
func firstSince(t *tx, since time.Time) (int64, error) {
	var last sql.NullInt64
	if err := t.one(into(&last), `select max(id) from delivery`); err != nil {
		return 0, err
	}
	low, high := int64(0), last.Int64+1
	for low < high {
		middle := low + (high-low)/2
		var num, created int64
		err := t.one(into(&num, &created), `select id, created_at from delivery where id >= ? order by id limit 1`, middle)
		switch {
		case isMissing(found(err, "delivery")) || err == nil && created >= micros(since):
			high = middle
		case err != nil:
			return 0, err
		default:
			low = num + 1
		}
	}
	return low, nil
}

// replay makes one delivery again.
func replay(t *tx, d store.Delivery, q store.ReplayQuery) (store.Line, error) {
	line, url, mode := d.Line, d.URL, d.Mode
	if q.Target != (store.Target{}) {
		line.Webhook, url, mode = q.Target.Webhook, q.Target.URL, q.Target.Mode
	}
	num, _, err := t.insert(`insert into delivery (channel, webhook, event, order_key, created_at, url, mode, replays)
		select channel, ?, event, order_key, ?, ?, ?, id from delivery where id = ?`, line.Webhook, micros(q.At), url, string(mode), d.ID)
	if err != nil {
		return line, err
	}
	_, err = t.exec(`update delivery set replayed_by = ? where id = ?`, num, d.ID)
	return line, err
}

// Events implements store.DeliveryLog.
func (s *Store) Events(ctx context.Context, ch id.Channel, after int64, limit int) (list []store.LoggedEvent, missed bool, err error) {
	err = s.read(ctx, func(t *tx) error {
		list = nil
		var swept int64
		err := t.one(into(&swept), `select seq from event_swept where channel = ?`, string(ch))
		if err != nil && !isMissing(found(err, "channel")) {
			return err
		}
		missed = swept > after
		return t.each(func(rows *sql.Rows) error {
			var e store.LoggedEvent
			var at int64
			r := &e.Record
			err := rows.Scan(&e.Seq, &r.Event, &r.Channel, &r.Type, &r.Method, &at, &r.Order, &r.Body)
			r.At = instant(at)
			list = append(list, e)
			return err
		}, `select seq, id, channel, type, method, at, order_key, body from event indexed by event_line where channel = ? and seq > ? order by seq limit ?`,
			string(ch), after, limit)
	})
	return list, missed, err
}
