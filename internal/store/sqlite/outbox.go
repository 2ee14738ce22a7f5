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
	row, err := encodeOutgoing(o, m)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		if seq, err = accept(t, o, m, row); err == nil && o.Placed != nil {
			o.Placed(seq)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

func encodeOutgoing(o store.Outbound, m message.Message) ([]byte, error) {
	if o.Message.String() != m.ID.String() {
		return nil, fmt.Errorf("accept: outbound row of %s and message %s", o.Message, m.ID)
	}
	return store.EncodeMessage(m)
}

func accept(t *tx, o store.Outbound, m message.Message, row []byte) (seq int64, err error) {
	num, fresh, err := insertMessage(t, o.Channel, m, message.Pending, row)
	if err != nil {
		return 0, err
	}
	if !fresh {
		return 0, fault.New(fault.Conflict, "this message exists already")
	}
	seq, _, err = t.insert(`insert into outbound (channel, message, stanza, payload, recipe, typing, accepted_at, expires_at, next_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(o.Channel), num, o.Message.Stanza, blob(o.Payload), o.Recipe, o.Typing.Microseconds(),
		micros(o.AcceptedAt), micros(o.ExpiresAt), micros(o.NextAt))
	return seq, err
}

const selectOutbound = `select o.seq, m.row, o.payload, o.recipe, o.typing, o.accepted_at, o.expires_at, o.attempts, o.next_at, o.sent_at
	from outbound o join message m on m.num = o.message `

// NextOutbound implements store.Outbox.
func (s *Store) NextOutbound(ctx context.Context, ch id.Channel, after int64) (o store.Outbound, ok bool, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		o, err = oneOutbound(t, ch, selectOutbound+`where o.channel = ? and o.state = 'waiting' and o.seq > ? order by o.seq limit 1`, string(ch), after)
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

// Waiting implements store.Outbox.
func (s *Store) Waiting(ctx context.Context, ch id.Channel) (n int, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.one(into(&n), `select count(*) from outbound where channel = ? and state = 'waiting'`, string(ch))
	})
	return n, err
}
