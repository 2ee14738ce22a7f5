package sqlite

import (
	"context"
	"slices"

	"tapgate/internal/store"
)

// Tell implements store.Messages.
func (s *Store) Tell(ctx context.Context, tell store.Record) error {
	return s.write(ctx, func(t *tx) error {
		_, _, err := record(t, tell)
		return err
	})
}

// record stores an event and one open delivery for each webhook that is to hear of it. fresh is false
// when there is none, or when it is known.
func record(t *tx, r store.Record) (seq int64, fresh bool, err error) {
	if r.Event == "" {
		return 0, false, nil
	}
	seq, fresh, err = t.insert(`insert into event (id, channel, type, method, at, order_key, body) values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
		string(r.Event), string(r.Channel), r.Type, r.Method, micros(r.At), r.Order, blob(r.Body))
	if err != nil || !fresh {
		return 0, false, explain(err, "event", "channel")
	}
	for i, w := range r.Webhooks {
		if slices.Contains(r.Webhooks[:i], w) {
			continue
		}
		_, err := t.exec(`insert into delivery (channel, webhook, event, order_key, created_at) values (?, ?, ?, ?, ?)`,
			string(r.Channel), w, seq, r.Order, micros(r.At))
		if err != nil {
			return 0, false, err
		}
	}
	return seq, true, nil
}
