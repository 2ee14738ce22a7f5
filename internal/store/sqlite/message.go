package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"

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
	quotes, listed := "", m.Edits.IsZero()
	if m.Context != nil && !m.Context.QuotedID.IsZero() {
		quotes = m.Context.QuotedID.String()
	}
	if c, ok := m.Content.(message.Change); ok {
		quotes, listed = c.Target.String(), false
	}
	num, fresh, err = t.insert(`insert into message (channel, id, chat, at, status, quotes, from_me, author, listed, row) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (channel, id) do nothing`,
		string(ch), m.ID.String(), m.ID.Chat.String(), micros(m.At), string(status), quotes, m.ID.FromMe, string(m.From), listed, string(row))
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
		return record(t, tell, num)
	})
	return fresh && err == nil, err
}

// ReceiveChange implements store.Messages.
func (s *Store) ReceiveChange(ctx context.Context, ch id.Channel, m message.Message, tell store.Record, a store.Altered) (fresh bool, err error) {
	row, err := store.EncodeMessage(m)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		var num int64
		if num, fresh, err = insertMessage(t, ch, m, m.Status, row); err != nil || !fresh {
			return err
		}
		if err := record(t, tell, num); err != nil {
			return err
		}
		if a.Message.ID.IsZero() {
			return record(t, a.Tell, num)
		}
		return alter(t, ch, num, a)
	})
	return fresh && err == nil, err
}

// alter changes the message that the one with the number num is about. One that is gone needs no change.
func alter(t *tx, ch id.Channel, num int64, a store.Altered) error {
	var old message.Status
	var target int64
	err := t.one(into(&target, &old), `select num, status from message where channel = ? and id = ?`, string(ch), a.Message.ID.String())
	if errors.Is(err, sql.ErrNoRows) {
		return record(t, a.Tell, num)
	}
	if err != nil {
		return err
	}
	if err := rewrite(t, ch, a.Message); err != nil {
		return err
	}
	if a.Message.Status.Follows(old) {
		if err := conclude(t, target, a.Message.Status, "", ""); err != nil {
			return err
		}
	}
	return record(t, a.Tell, target)
}

// mostChanges is how many changes of a message are looked at: one who edits on and on is heard, but his
// first words are not asked for again.
const mostChanges = 100

// Changes implements store.Messages.
func (s *Store) Changes(ctx context.Context, ch id.Channel, of id.Message) (list []message.Message, err error) {
	err = s.read(ctx, func(t *tx) error {
		list = nil
		err := t.each(func(rows *sql.Rows) error {
			var row []byte
			var at int64
			if err := rows.Scan(&row, &at); err != nil {
				return err
			}
			m, err := store.DecodeMessage(row)
			m.At = instant(at)
			list = append(list, m)
			return err
		}, `select row, at from message where channel = ? and quotes = ? and quotes <> '' and listed = 0 order by num desc limit ?`,
			string(ch), of.String(), mostChanges)
		slices.Reverse(list)
		return err
	})
	return list, err
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
	err = s.writePatiently(ctx, func(t *tx) error {
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
		return record(t, tell, num)
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
