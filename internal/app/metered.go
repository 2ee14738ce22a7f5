package app

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// meteredStore is a store that counts what goes through it. What is counted was committed: the numbers
// say what is true, not what was tried.
type meteredStore struct {
	store.Store
	metrics *metrics
}

var _ store.Store = meteredStore{}

// Accept implements store.Outbox.
func (s meteredStore) Accept(ctx context.Context, o store.Outbound, m message.Message) (int64, error) {
	seq, err := s.Store.Accept(ctx, o, m)
	if err == nil {
		s.metrics.accepted.Inc()
	}
	return seq, err
}

// AcceptOnce implements store.Outbox.
func (s meteredStore) AcceptOnce(ctx context.Context, o store.Outbound, m message.Message, k store.Key) (int64, *store.Keyed, error) {
	seq, earlier, err := s.Store.AcceptOnce(ctx, o, m, k)
	if err == nil && earlier == nil {
		s.metrics.accepted.Inc()
	}
	return seq, earlier, err
}

// Postpone implements store.Outbox.
func (s meteredStore) Postpone(ctx context.Context, ch id.Channel, seq int64, next time.Time, t store.Try) error {
	err := s.Store.Postpone(ctx, ch, seq, next, t)
	if err == nil {
		s.tried(t)
	}
	return err
}

// Finish implements store.Outbox.
func (s meteredStore) Finish(ctx context.Context, ch id.Channel, ends ...store.Ending) error {
	err := s.Store.Finish(ctx, ch, ends...)
	if err != nil {
		return err
	}
	for _, e := range ends {
		s.metrics.ended.WithLabelValues(string(e.Outcome.Status), s.metrics.codes.of(e.Outcome.Code)).Inc()
		s.tried(e.Try)
	}
	return nil
}

func (s meteredStore) tried(t store.Try) {
	if !t.At.IsZero() {
		s.metrics.sends.WithLabelValues(string(t.Result)).Observe(t.Took.Seconds())
	}
}

// Receive implements store.Messages.
func (s meteredStore) Receive(ctx context.Context, ch id.Channel, m message.Message, tell store.Record) (bool, error) {
	fresh, err := s.Store.Receive(ctx, ch, m, tell)
	s.came(m, fresh, err)
	return fresh, err
}

// ReceiveChange implements store.Messages.
func (s meteredStore) ReceiveChange(ctx context.Context, ch id.Channel, m message.Message, tell store.Record, a store.Altered) (bool, error) {
	fresh, err := s.Store.ReceiveChange(ctx, ch, m, tell, a)
	s.came(m, fresh, err)
	return fresh, err
}

// ReceiveLater implements store.Downloads.
func (s meteredStore) ReceiveLater(ctx context.Context, ch id.Channel, m message.Message) (bool, error) {
	fresh, err := s.Store.ReceiveLater(ctx, ch, m)
	s.came(m, fresh, err)
	return fresh, err
}

func (s meteredStore) came(m message.Message, fresh bool, err error) {
	if fresh && err == nil && !m.ID.FromMe {
		s.metrics.received.Inc()
	}
}

// Settle implements store.Deliveries.
func (s meteredStore) Settle(ctx context.Context, outcomes []store.Attempted, fared []store.Webhook) error {
	err := s.Store.Settle(ctx, outcomes, fared)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		outcome := string(o.State)
		if o.State == store.Open {
			outcome = "postponed"
		}
		s.metrics.hooks.WithLabelValues(outcome).Observe(o.Attempt.Took.Seconds())
		s.metrics.answers.WithLabelValues(class(o.Attempt.Status)).Inc()
	}
	return nil
}
