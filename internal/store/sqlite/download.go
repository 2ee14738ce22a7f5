package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// ReceiveLater implements store.Downloads.
func (s *Store) ReceiveLater(ctx context.Context, ch id.Channel, m message.Message) (fresh bool, err error) {
	row, err := store.EncodeMessage(m)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		var num int64
		if num, fresh, err = insertMessage(t, ch, m, m.Status, row); err != nil || !fresh {
			return err
		}
		_, err = t.exec(`insert into download (message, channel) values (?, ?)`, num, string(ch))
		return err
	})
	return fresh && err == nil, err
}

// NextDownload implements store.Downloads.
func (s *Store) NextDownload(ctx context.Context, ch id.Channel) (d store.Download, ok bool, err error) {
	err = s.read(ctx, func(t *tx) error {
		var row []byte
		var at, next int64
		var status message.Status
		err := t.one(into(&row, &at, &status, &d.Attempts, &next), `select m.row, m.at, m.status, d.attempts, d.next_at
			from download d join message m on m.num = d.message where d.channel = ? order by d.next_at, d.message limit 1`, string(ch))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		d.Message, err = store.DecodeMessage(row)
		d.Message.At, d.Message.Status, d.NextAt = instant(at), status, instant(next)
		ok = err == nil
		return err
	})
	return d, ok, err
}

const downloadOf = ` where message = (select num from message where channel = ? and id = ?)`

// PostponeDownload implements store.Downloads.
func (s *Store) PostponeDownload(ctx context.Context, ch id.Channel, m id.Message, next time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`update download set attempts = attempts + 1, next_at = ?`+downloadOf, micros(next), string(ch), m.String())
		return err
	})
}

// EndDownload implements store.Downloads.
func (s *Store) EndDownload(ctx context.Context, ch id.Channel, m message.Message, tell store.Record) (fresh bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		fresh = false
		var num int64
		err := t.one(into(&num), `select message from download`+downloadOf, string(ch), m.ID.String())
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := t.exec(`delete from download where message = ?`, num); err != nil {
			return err
		}
		if err := rewrite(t, ch, m); err != nil {
			return err
		}
		fresh = true
		return record(t, tell, num)
	})
	return fresh && err == nil, err
}
