package sqlite

import (
	"context"
	"slices"

	"tapgate/internal/store"
)

// Tell implements store.Messages.
func (s *Store) Tell(ctx context.Context, tell store.Record) error {
	return s.write(ctx, func(t *tx) error { return record(t, tell, 0) })
}

// record stores an event and one open delivery for each webhook that is to hear of it. message is the
// number of the message that it is about, 0 for none.
func record(t *tx, r store.Record, message int64) error {
	if r.Event == "" {
		return nil
	}
	seq, fresh, err := t.insert(`insert into event (id, channel, type, method, at, order_key, body, message) values (?, ?, ?, ?, ?, ?, ?, nullif(?, 0)) on conflict (id) do nothing`,
		string(r.Event), string(r.Channel), r.Type, r.Method, micros(r.At), r.Order, blob(r.Body), message)
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
