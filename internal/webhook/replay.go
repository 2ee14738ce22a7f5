package webhook

import (
	"context"

	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// Target is where a replay goes. The zero Target is the webhook that the delivery was for. At most
// one field is set.
type Target struct {
	// Webhook is the key of a webhook of the channel.
	Webhook string
	// URL is where to POST the events, in mode body. It need not be known to the channel, but the
	// transport has to let it through, as it has to any webhook.
	URL string
}

// A replay is a new delivery of an event that was told before. It carries the same event id, so that
// a program that has seen the event knows it again, and it goes to the end of the line.

// Replay repeats one delivery, in whatever state it is, and returns the new one. The error is of kind
// fault.NotFound when there is no such delivery, or its webhook is gone and no other target is
// named; fault.Invalid when the target makes no sense.
func (s *Service) Replay(ctx context.Context, ch id.Channel, delivery int64, to Target) (Delivery, error) {
	return Delivery{}, errNotYet()
}

// ReplayRange repeats the events from the sequence number first to last, both included, and returns
// how many deliveries that makes. Without a target each event goes to those webhooks it was
// delivered to before, as far as they still exist; a webhook as the target gets those that it wants;
// a URL gets all. When it fails half-way, the deliveries that it counts were made.
func (s *Service) ReplayRange(ctx context.Context, ch id.Channel, first, last int64, to Target) (int, error) {
	return 0, errNotYet()
}

// ReplayFailed repeats all dead letters of the channel that were not repeated yet, and returns how many
// there were. Without a target those are left out whose webhook is gone. When it fails half-way, the
// deliveries that it counts were made.
func (s *Service) ReplayFailed(ctx context.Context, ch id.Channel, to Target) (int, error) {
	return 0, errNotYet()
}

func errNotYet() error { return fault.New(fault.Unavailable, "not built yet") }
