package webhook

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

const (
	// replayStep is how many deliveries one transaction of a replay looks at, and replayMost how many a
	// call looks at.
	replayStep = 500
	replayMost = 10_000
)

// Replay asks which deliveries to make again, and where to.
type Replay struct {
	// IDs are the deliveries. Without any, all that fit the rest are meant.
	IDs     []int64
	Webhook string              // key of the webhook; "" means all
	State   store.DeliveryState // "" means all that have ended; Dead those that were not replayed yet
	// From and To bound when the deliveries were made, From inclusive; zero means no bound.
	From, To time.Time
	After    int64 // only those with a higher id
	// URL is where to, instead of the webhook; "" means to the webhook. Mode is how, body when it is "".
	URL  string
	Mode channel.Mode
}

// Replay makes deliveries again: each becomes a new one, of the same event. A large replay takes
// several calls: next is the After of the following one, 0 at the end.
func (s *Service) Replay(ctx context.Context, ch id.Channel, r Replay) (made int, next int64, err error) {
	q := store.ReplayQuery{
		IDs: r.IDs, Webhook: r.Webhook, State: r.State, From: r.From, To: r.To, After: r.After, Limit: replayStep, At: s.Now().UTC(),
	}
	if r.URL != "" {
		hook := channel.Webhook{URL: r.URL, Mode: r.Mode}
		q.Target = store.Target{Webhook: Key(hook), URL: r.URL, Mode: mode(hook)}
	}
	for looked := 0; looked < replayMost; looked += replayStep {
		n, lines, last, err := s.Store.Replay(ctx, ch, q)
		if err != nil {
			return made, next, err
		}
		made, next, q.After = made+n, last, last
		for _, l := range lines {
			s.remind(l, true)
		}
		if last == 0 {
			break
		}
	}
	s.Log.Info("deliveries replayed", "channel", ch, "count", made)
	return made, next, nil
}

// Deliveries lists deliveries of a channel, newest first.
func (s *Service) Deliveries(ctx context.Context, ch id.Channel, q store.DeliveryQuery) (list []store.Delivery, next int64, err error) {
	return s.Store.Deliveries(ctx, ch, q)
}

// Delivery returns one delivery and its attempts.
func (s *Service) Delivery(ctx context.Context, ch id.Channel, delivery int64) (store.Delivery, []store.Attempt, error) {
	return s.Store.Delivery(ctx, ch, delivery)
}

// Events returns the events of a channel behind a cursor, oldest first; 0 begins with the oldest that
// is kept. Missed is true when events behind the cursor have been swept.
func (s *Service) Events(ctx context.Context, ch id.Channel, after int64, limit int) (list []store.LoggedEvent, missed bool, err error) {
	list, missed, err = s.Store.Events(ctx, ch, after, limit)
	return list, missed && after > 0, err
}

// Test makes one request of a kind to a webhook, which need not be among those of the channel, and
// returns what came of it. Nothing is stored. It is signed if the webhook is one of the channel.
func (s *Service) Test(ctx context.Context, hook channel.Webhook, r store.Record) (store.Attempt, error) {
	settings, err := s.Settings(ctx, r.Channel)
	if err != nil {
		return store.Attempt{}, err
	}
	give, ok := s.slots.take(ctx, true)
	if !ok {
		return store.Attempt{}, ctx.Err()
	}
	defer give()
	var signs []string
	if l := (store.Line{Channel: r.Channel, Webhook: Key(hook)}); len(find(settings, l.Webhook)) > 0 {
		w, err := s.Store.Webhook(ctx, l, newSecret())
		if err != nil {
			return store.Attempt{}, err
		}
		signs = secrets(w, s.Now())
	}
	return s.attempt(ctx, hook, r, signs).Attempt, nil
}
