package webhook

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// BreakerState says whether a webhook is believed to work. The values are stable.
type BreakerState string

// The states of a breaker.
const (
	Closed BreakerState = "closed" // deliveries go out
	Open   BreakerState = "open"   // one delivery now and then asks whether the receiver is back
)

// countLimit is where the counting of deliveries ends: it would take long where many are.
const countLimit = 10_000

// Health says how a webhook fares.
type Health struct {
	Key     string
	Webhook channel.Webhook // its URL may hold a secret, and so may its headers
	Breaker BreakerState
	// Failures is how many attempts failed since the last success, over all deliveries.
	Failures     int
	FailingSince time.Time // of the first of them; zero when there is none
	// ProbeAt is when an open breaker lets the next delivery through; zero when it is closed.
	ProbeAt     time.Time
	LastSuccess time.Time // exact to ten seconds; zero when there was none
	// Pending is how many deliveries wait, the oldest since OldestPending, and Dead how many were given
	// up. Both are counted to 10,000.
	Pending       int
	OldestPending time.Time
	Dead          int
}

// Webhooks returns how the webhooks of a channel fare, in the order of the settings. Several with the
// same URL and mode share a line and appear once.
func (s *Service) Webhooks(ctx context.Context, ch id.Channel) ([]Health, error) {
	settings, err := s.Settings(ctx, ch)
	if err != nil {
		return nil, err
	}
	list, seen := []Health{}, map[string]bool{}
	for _, w := range settings.Webhooks {
		if key := Key(w); !seen[key] {
			h, err := s.health(ctx, store.Line{Channel: ch, Webhook: key}, w)
			if err != nil {
				return nil, err
			}
			list, seen[key] = append(list, h), true
		}
	}
	return list, nil
}

func (s *Service) health(ctx context.Context, l store.Line, hook channel.Webhook) (Health, error) {
	w, err := s.Store.Webhook(ctx, l, newSecret())
	if err != nil {
		return Health{}, err
	}
	b, err := s.Store.Backlog(ctx, l, countLimit)
	if err != nil {
		return Health{}, err
	}
	h := Health{
		Key: l.Webhook, Webhook: hook, Breaker: Closed, Failures: w.Failures, FailingSince: w.FailingSince,
		ProbeAt: w.ProbeAt, LastSuccess: w.LastSuccess, Pending: b.Open, OldestPending: b.Oldest, Dead: b.Dead,
	}
	if (&breaker{w}).open() {
		h.Breaker = Open
	}
	return h, nil
}

// Secrets are what the requests of a webhook are signed with.
type Secrets struct {
	Current string
	// Old signs beside it until OldUntil; "" when there is none.
	Old      string
	OldUntil time.Time
}

// Secret returns the secrets of a webhook of the channel, or of one that deliveries were replayed to.
func (s *Service) Secret(ctx context.Context, ch id.Channel, key string) (Secrets, error) {
	l, err := s.known(ctx, ch, key)
	if err != nil {
		return Secrets{}, err
	}
	w, err := s.Store.Webhook(ctx, l, newSecret())
	return s.shown(w), err
}

// RotateSecret gives a webhook a new secret. The old one signs beside it for the overlap, so that
// receivers can change over; a zero overlap ends it at once.
func (s *Service) RotateSecret(ctx context.Context, ch id.Channel, key string, overlap time.Duration) (Secrets, error) {
	l, err := s.known(ctx, ch, key)
	if err != nil {
		return Secrets{}, err
	}
	if _, err := s.Store.Webhook(ctx, l, newSecret()); err != nil {
		return Secrets{}, err
	}
	w, err := s.Store.SetSecret(ctx, l, newSecret(), s.Now().Add(overlap))
	if err != nil {
		return Secrets{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.lines[ch][key]; at != nil {
		at.setSecrets(w)
	}
	s.Log.Info("secret of a webhook rotated", "channel", ch, "webhook", key, "overlap", overlap)
	return s.shown(w), nil
}

func (s *Service) shown(w store.Webhook) Secrets {
	out := Secrets{Current: w.Secret}
	if len(secrets(w, s.Now())) > 1 {
		out.Old, out.OldUntil = w.OldSecret, w.OldUntil
	}
	return out
}

// known returns the line of a webhook that the channel has, or has deliveries of.
func (s *Service) known(ctx context.Context, ch id.Channel, key string) (store.Line, error) {
	settings, err := s.Settings(ctx, ch)
	if err != nil {
		return store.Line{}, err
	}
	l := store.Line{Channel: ch, Webhook: key}
	if len(find(settings, key)) > 0 {
		return l, nil
	}
	if key != "" {
		list, _, err := s.Store.Deliveries(ctx, ch, store.DeliveryQuery{Webhook: key, Limit: 1})
		if err != nil || len(list) > 0 {
			return l, err
		}
	}
	return store.Line{}, fault.New(fault.NotFound, "Webhook not found")
}
