package sqlite

import (
	"context"
	"time"

	"tapgate/internal/store"
)

// Webhook implements store.Webhooks.
func (s *Store) Webhook(ctx context.Context, l store.Line, secret string) (w store.Webhook, err error) {
	known := false
	err = s.read(ctx, func(t *tx) (err error) {
		w, err = readWebhook(t, l)
		known = err == nil
		if isMissing(err) {
			return nil
		}
		return err
	})
	if known || err != nil {
		return w, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		_, err = t.exec(`insert into webhook (channel, key, secret) values (?, ?, ?) on conflict do nothing`, string(l.Channel), l.Webhook, secret)
		if err != nil {
			return explain(err, "webhook", "channel")
		}
		w, err = readWebhook(t, l)
		return err
	})
	return w, err
}

func readWebhook(t *tx, l store.Line) (store.Webhook, error) {
	w := store.Webhook{Line: l}
	var until, since, opened, probe, success int64
	err := t.one(into(&w.Secret, &w.OldSecret, &until, &w.Failures, &since, &opened, &probe, &success),
		`select secret, old_secret, old_until, failures, failing_since, opened_at, probe_at, last_success from webhook where channel = ? and key = ?`,
		string(l.Channel), l.Webhook)
	w.OldUntil, w.FailingSince, w.OpenedAt, w.ProbeAt, w.LastSuccess = instant(until), instant(since), instant(opened), instant(probe), instant(success)
	return w, found(err, "webhook")
}

// SetSecret implements store.Webhooks.
func (s *Store) SetSecret(ctx context.Context, l store.Line, secret string, oldUntil time.Time) (w store.Webhook, err error) {
	err = s.write(ctx, func(t *tx) error {
		n, err := t.exec(`update webhook set old_secret = secret, old_until = ?, secret = ? where channel = ? and key = ?`,
			micros(oldUntil), secret, string(l.Channel), l.Webhook)
		if err := changed(n, err, "webhook"); err != nil {
			return err
		}
		w, err = readWebhook(t, l)
		return err
	})
	return w, err
}

// Backlog implements store.Webhooks.
func (s *Store) Backlog(ctx context.Context, l store.Line, limit int) (b store.Backlog, err error) {
	err = s.read(ctx, func(t *tx) error {
		err := t.one(into(&b.Open), `select count(*) from (select 1 from delivery indexed by delivery_line
			where channel = ? and webhook = ? and state = 'open' limit ?)`, string(l.Channel), l.Webhook, limit)
		if err != nil {
			return err
		}
		err = t.one(into(&b.Dead), `select count(*) from (select 1 from delivery indexed by delivery_dead
			where channel = ? and webhook = ? and state = 'dead' and replayed_by = 0 limit ?)`, string(l.Channel), l.Webhook, limit)
		if err != nil || b.Open == 0 {
			return err
		}
		var oldest int64
		err = t.one(into(&oldest), `select created_at from delivery indexed by delivery_line
			where channel = ? and webhook = ? and state = 'open' order by id limit 1`, string(l.Channel), l.Webhook)
		b.Oldest = instant(oldest)
		if isMissing(found(err, "delivery")) {
			return nil // it ended meanwhile
		}
		return err
	})
	return b, err
}
