package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

// What a timeline holds at most: a message in a large group may be cited and read without end.
const (
	maxReplies = 100
	maxTold    = 1000
)

// Timeline implements store.Timelines.
func (s *Store) Timeline(ctx context.Context, ch id.Channel, mid id.Message) (l store.Timeline, err error) {
	err = s.read(ctx, func(t *tx) error {
		l = store.Timeline{}
		num, err := readSubject(t, &l, ch, mid)
		if err != nil {
			return err
		}
		if err := readRow(t, &l, ch, num); err != nil {
			return err
		}
		if err := readReached(t, &l, num); err != nil {
			return err
		}
		if err := readTold(t, &l, num, l.Message.ID); err != nil {
			return err
		}
		return readReplies(t, &l, ch)
	})
	return l, err
}

// readSubject reads the message itself.
func readSubject(t *tx, l *store.Timeline, ch id.Channel, mid id.Message) (num int64, err error) {
	var row []byte
	var at int64
	err = t.one(into(&num, &row, &at, &l.Message.Status, &l.Code, &l.Reason),
		`select num, row, at, status, failure_code, failure_reason from message where channel = ? and id = ?`, string(ch), mid.String())
	if err != nil {
		return 0, found(err, "message")
	}
	status := l.Message.Status
	l.Message, err = store.DecodeMessage(row)
	l.Message.At, l.Message.Status = instant(at), status
	return num, err
}

// readRow reads the message's row of the outbox, if there is one, and its attempts.
func readRow(t *tx, l *store.Timeline, ch id.Channel, num int64) error {
	o, err := oneOutbound(t, ch, selectOutbound+`where o.message = ?`, num)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	l.Row = &o
	return t.each(func(rows *sql.Rows) error {
		var try store.Try
		var at, took int64
		err := rows.Scan(&at, &took, &try.Result, &try.Reason)
		try.At, try.Took = instant(at), time.Duration(took)*time.Microsecond
		l.Tries = append(l.Tries, try)
		return err
	}, `select at, took, result, reason from outbound_attempt where outbound = ? order by num`, o.Seq)
}

func readReached(t *tx, l *store.Timeline, num int64) error {
	err := t.each(func(rows *sql.Rows) error {
		var r store.Reached
		var at int64
		err := rows.Scan(&r.Status, &r.Viewer, &at)
		r.At = instant(at)
		l.Reached = append(l.Reached, r)
		return err
	}, `select status, viewer, at from message_status where message = ?`, num)
	slices.SortStableFunc(l.Reached, earlier)
	return err
}

// earlier orders statuses by time. WhatsApp tells seconds, within which they come in their own order.
func earlier(a, b store.Reached) int {
	switch byTime := a.At.Compare(b.At); {
	case byTime != 0:
		return byTime
	case b.Status.Follows(a.Status):
		return -1
	case a.Status.Follows(b.Status):
		return 1
	}
	return 0
}

// readReplies reads the messages that cite the one, and what was told of them.
func readReplies(t *tx, l *store.Timeline, ch id.Channel) error {
	var nums []int64
	err := t.each(func(rows *sql.Rows) error {
		var num, at int64
		var row []byte
		if err := rows.Scan(&num, &row, &at); err != nil {
			return err
		}
		m, err := store.DecodeMessage(row)
		m.At = instant(at)
		nums, l.Replies = append(nums, num), append(l.Replies, m)
		return err
	}, `select num, row, at from message where channel = ? and quotes = ? and quotes <> '' order by num limit ?`,
		string(ch), l.Message.ID.String(), maxReplies)
	if err != nil {
		return err
	}
	for i, num := range nums {
		if err := readTold(t, l, num, l.Replies[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// readTold reads what webhooks were told of a message.
func readTold(t *tx, l *store.Timeline, num int64, about id.Message) error {
	first := len(l.Told)
	err := t.each(func(rows *sql.Rows) error {
		d := store.Told{Message: about}
		var created int64
		err := rows.Scan(&d.Event, &d.Type, &d.Method, &d.Delivery, &d.Webhook, &d.State, &created)
		d.CreatedAt = instant(created)
		l.Told = append(l.Told, d)
		return err
	}, `select e.id, e.type, e.method, d.id, d.webhook, case d.expired when 1 then 'expired' else d.state end, d.created_at
		from event e join delivery d on d.event = e.seq
		where e.message = ? order by e.seq limit ?`, num, max(maxTold-first, 0))
	if err != nil {
		return err
	}
	for i := first; i < len(l.Told); i++ {
		if err := readAttempts(t, &l.Told[i]); err != nil {
			return err
		}
	}
	return nil
}

func readAttempts(t *tx, d *store.Told) error {
	return t.each(func(rows *sql.Rows) error {
		var a store.Attempt
		var at, took int64
		err := rows.Scan(&at, &took, &a.Status, &a.Failure)
		a.At, a.Took = instant(at), time.Duration(took)*time.Microsecond
		d.Attempts = append(d.Attempts, a)
		return err
	}, `select at, took, status, failure from attempt where delivery = ? order by num`, d.Delivery)
}
