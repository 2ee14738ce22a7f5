package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// AcceptOnce implements store.Outbox.
func (s *Store) AcceptOnce(ctx context.Context, o store.Outbound, m message.Message, k store.Key) (seq int64, earlier *store.Keyed, err error) {
	row, err := encodeOutgoing(o, m)
	if err != nil {
		return 0, nil, err
	}
	err = s.write(ctx, func(t *tx) error {
		known, err := keyed(t, o.Channel, k.Name)
		if err == nil {
			earlier = &known
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if seq, err = accept(t, o, m, row); err != nil {
			return err
		}
		_, err = t.exec(`insert into outbound_key (channel, key, request, outbound) values (?, ?, ?, ?)`,
			string(o.Channel), k.Name, k.Request[:], seq)
		if err == nil && o.Placed != nil {
			o.Placed(seq)
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	return seq, earlier, nil
}

// Keyed implements store.Outbox.
func (s *Store) Keyed(ctx context.Context, ch id.Channel, key string) (k store.Keyed, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		k, err = keyed(t, ch, key)
		return found(err, "key")
	})
	return k, err
}

func keyed(t *tx, ch id.Channel, key string) (store.Keyed, error) {
	var request, row []byte
	err := t.one(into(&request, &row), `select k.request, m.row
		from outbound_key k join outbound o on o.seq = k.outbound join message m on m.num = o.message
		where k.channel = ? and k.key = ?`, string(ch), key)
	if err != nil {
		return store.Keyed{}, err
	}
	m, err := store.DecodeMessage(row)
	k := store.Keyed{Message: m.ID}
	copy(k.Request[:], request)
	return k, err
}
