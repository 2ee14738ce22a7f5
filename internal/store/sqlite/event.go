package sqlite

import (
	"context"
	"slices"

	"tapgate/internal/store"
)

// Tell implements store.Messages.
func (s *Store) Tell(ctx context.Context, tell store.Record) error {
	return s.write(ctx, func(t *tx) error { return record(t, tell) })
}

// record stores an event and one open delivery for each webhook that is to hear of it.
func record(t *tx, r store.Record) error {
	if r.Event == "" {
		return nil
	}
	seq, fresh, err := t.insert(`insert into event (id, channel, type, method, at, order_key, body) values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
		string(r.Event), string(r.Channel), r.Type, r.Method, micros(r.At), r.Order, blob(r.Body))
	if err != nil || !fresh {
		return explain(err, "event", "channel")
	}
	for i, w := range r.Webhooks {
		if slices.Contains(r.Webhooks[:i], w) {
			continue
		}
		_, err := t.exec(`insert into delivery (channel, webhook, event, order_key, created_at) values (?, ?, ?, ?, ?)`,
			string(r.Channel), w, seq, r.Order, micros(r.At))
		if err != nil {
			return err
		}
	}
	return nil
}
