package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

var errNoID = errors.New("a message without an id cannot be stored")

// insertMessage stores m, encoded as row, under a status. fresh is false when its id is known.
func insertMessage(t *tx, ch id.Channel, m message.Message, status message.Status, row []byte) (num int64, fresh bool, err error) {
	if m.ID.IsZero() {
		return 0, false, errNoID
	}
	quotes := ""
	if m.Context != nil && !m.Context.QuotedID.IsZero() {
		quotes = m.Context.QuotedID.String()
	}
	num, fresh, err = t.insert(`insert into message (channel, id, chat, at, status, quotes, from_me, author, listed, row) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (channel, id) do nothing`,
		string(ch), m.ID.String(), m.ID.Chat.String(), micros(m.At), string(status), quotes, m.ID.FromMe, string(m.From), m.Edits.IsZero(), string(row))
	return num, fresh, explain(err, "message", "channel")
}

// Message implements store.Messages.
func (s *Store) Message(ctx context.Context, ch id.Channel, mid id.Message) (m message.Message, err error) {
	err = s.read(ctx, func(t *tx) error {
		var row []byte
		var at int64
		var status message.Status
		err := t.one(into(&row, &at, &status), `select row, at, status from message where channel = ? and id = ?`,
			string(ch), mid.String())
		if err != nil {
			return found(err, "message")
		}
		m, err = store.DecodeMessage(row)
		m.At, m.Status = instant(at), status
		return err
	})
	return m, err
}

// Failure implements store.Messages.
func (s *Store) Failure(ctx context.Context, ch id.Channel, m id.Message) (code, reason string, err error) {
	err = s.read(ctx, func(t *tx) error {
		return found(t.one(into(&code, &reason), `select failure_code, failure_reason from message where channel = ? and id = ?`,
			string(ch), m.String()), "message")
	})
	return code, reason, err
}

// Receive implements store.Messages.
func (s *Store) Receive(ctx context.Context, ch id.Channel, m message.Message, tell store.Record) (fresh bool, err error) {
	row, err := store.EncodeMessage(m)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		var num int64
		if num, fresh, err = insertMessage(t, ch, m, m.Status, row); err != nil || !fresh {
			return err
		}
		return recordAbout(t, num, tell)
	})
	return fresh && err == nil, err
}

// rewrite replaces what is stored of a message but its time and its status.
func rewrite(t *tx, ch id.Channel, m message.Message) error {
	row, err := store.EncodeMessage(m)
	if err != nil {
		return err
	}
	n, err := t.exec(`update message set row = ? where channel = ? and id = ?`, string(row), string(ch), m.ID.String())
	return changed(n, err, "message")
}

// Advance implements store.Messages.
func (s *Store) Advance(ctx context.Context, ch id.Channel, c event.StatusChanged, tell store.Record) (changed bool, err error) {
	if !c.Message.FromMe {
		return false, ctx.Err()
	}
	err = s.write(ctx, func(t *tx) error { // what came after the receipt waits for it
		var num int64
		var old message.Status
		err := t.one(into(&num, &old), `select num, status from message where channel = ? and id = ?`, string(ch), c.Message.String())
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if changed, err = reach(t, num, string(c.Viewer), c.Status, micros(c.At)); err != nil || !changed {
			return err
		}
		if c.Status.Follows(old) {
			if err := conclude(t, num, c.Status, "", c.Reason); err != nil {
				return err
			}
		}
		return recordAbout(t, num, tell)
	})
	return changed && err == nil, err
}

// reach notes that a message reached a status for a viewer. fresh is false when that was known.
func reach(t *tx, message int64, viewer string, s message.Status, at int64) (fresh bool, err error) {
	n, err := t.exec(`insert into message_status (message, viewer, status, at) values (?, ?, ?, ?) on conflict do nothing`,
		message, viewer, string(s), at)
	return n > 0, err
}

// conclude sets the status of a message; code and reason count for a failure only.
func conclude(t *tx, num int64, s message.Status, code, reason string) error {
	if s != message.Failed {
		code, reason = "", ""
	}
	_, err := t.exec(`update message set status = ?, failure_code = ?, failure_reason = ? where num = ?`,
		string(s), code, reason, num)
	return err
}
