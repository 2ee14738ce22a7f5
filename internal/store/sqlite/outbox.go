package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Accept implements store.Outbox.
func (s *Store) Accept(ctx context.Context, o store.Outbound, m message.Message) (seq int64, err error) {
	if o.Message.String() != m.ID.String() {
		return 0, fmt.Errorf("accept: outbound row of %s and message %s", o.Message, m.ID)
	}
	row, err := store.EncodeMessage(m)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(t *tx) error {
		num, fresh, err := insertMessage(t, o.Channel, m, message.Pending, row)
		if err != nil {
			return err
		}
		if !fresh {
			return fault.New(fault.Conflict, "this message exists already")
		}
		seq, _, err = t.insert(`insert into outbound (channel, message, stanza, payload, recipe, typing, accepted_at, expires_at, next_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(o.Channel), num, o.Message.Stanza, blob(o.Payload), o.Recipe, o.Typing.Microseconds(),
			micros(o.AcceptedAt), micros(o.ExpiresAt), micros(o.NextAt))
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

const selectOutbound = `select o.seq, m.row, o.payload, o.recipe, o.typing, o.accepted_at, o.expires_at, o.attempts, o.next_at, o.sent_at
	from outbound o join message m on m.num = o.message `

// NextOutbound implements store.Outbox.
func (s *Store) NextOutbound(ctx context.Context, ch id.Channel) (o store.Outbound, ok bool, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		o, err = oneOutbound(t, ch, selectOutbound+`where o.channel = ? and o.state = 'waiting' order by o.seq limit 1`, string(ch))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return o, ok, err
}

// Sent implements store.Outbox.
func (s *Store) Sent(ctx context.Context, ch id.Channel, stanza string) (o store.Outbound, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		o, err = oneOutbound(t, ch, selectOutbound+`where o.channel = ? and o.stanza = ? order by o.seq desc limit 1`, string(ch), stanza)
		return found(err, "message")
	})
	return o, err
}

func oneOutbound(t *tx, ch id.Channel, query string, args ...any) (store.Outbound, error) {
	o := store.Outbound{Channel: ch}
	var row []byte
	var typing, accepted, expires, next, sent int64
	err := t.one(into(&o.Seq, &row, &o.Payload, &o.Recipe, &typing, &accepted, &expires, &o.Attempts, &next, &sent), query, args...)
	if err != nil {
		return store.Outbound{}, err
	}
	m, err := store.DecodeMessage(row)
	o.Message = m.ID
	o.Typing = time.Duration(typing) * time.Microsecond
	o.AcceptedAt, o.ExpiresAt, o.NextAt, o.SentAt = instant(accepted), instant(expires), instant(next), instant(sent)
	return o, err
}

// Postpone implements store.Outbox.
func (s *Store) Postpone(ctx context.Context, ch id.Channel, seq int64, next time.Time, reason string) error {
	return s.write(ctx, func(t *tx) error {
		row, err := lineRowOf(t, ch, seq)
		if err != nil || row.finished {
			return err
		}
		_, err = t.exec(`update outbound set attempts = attempts + 1, next_at = ?, reason = ? where seq = ?`, micros(next), reason, seq)
		return err
	})
}

// Finish implements store.Outbox.
func (s *Store) Finish(ctx context.Context, ch id.Channel, seq int64, out store.Outcome, tell []store.Record) error {
	at := micros(out.At)
	sent := at
	switch out.Status {
	case message.Sent:
	case message.Failed:
		sent = 0
	default:
		return fmt.Errorf("finish: a row of the outbox does not end as %q", out.Status)
	}
	return s.write(ctx, func(t *tx) error {
		row, err := lineRowOf(t, ch, seq)
		if err != nil || row.finished {
			return err
		}
		if _, err := t.exec(`update outbound set state = ?, sent_at = ? where seq = ?`, string(out.Status), sent, seq); err != nil {
			return err
		}
		if _, err := t.exec(`update message set at = ? where num = ?`, at, row.message); err != nil {
			return err
		}
		if _, err := reach(t, row.message, "", out.Status, at); err != nil {
			return err
		}
		if out.Status.Follows(row.status) {
			if err := conclude(t, row.message, out.Status, out.Code, out.Reason); err != nil {
				return err
			}
		}
		for _, r := range tell {
			if err := record(t, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// lineRow is what has to be known of a row before it is changed.
type lineRow struct {
	finished bool
	message  int64
	status   message.Status
}

func lineRowOf(t *tx, ch id.Channel, seq int64) (r lineRow, err error) {
	err = t.one(into(&r.finished, &r.message, &r.status), `select o.state <> 'waiting', m.num, m.status
		from outbound o join message m on m.num = o.message where o.seq = ? and o.channel = ?`, seq, string(ch))
	return r, found(err, "row in the outbox")
}

// Waiting implements store.Outbox.
func (s *Store) Waiting(ctx context.Context, ch id.Channel) (n int, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.one(into(&n), `select count(*) from outbound where channel = ? and state = 'waiting'`, string(ch))
	})
	return n, err
}
