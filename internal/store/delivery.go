package store

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Deliveries is the queue of webhook requests. Each webhook of a channel has one line. A delivery
// that was stored later has a higher ID, also among those that are stored at the same time: who reads
// on from an ID misses none.
type Deliveries interface {
	// OpenLines returns the lines that have open deliveries, but those of removed channels.
	OpenLines(ctx context.Context) ([]Line, error)
	// FreshDeliveries returns the oldest open deliveries of a line that were never postponed and whose
	// ID is above after, at most limit, without the bodies of their events.
	FreshDeliveries(ctx context.Context, l Line, after int64, limit int) ([]Delivery, error)
	// PostponedDeliveries returns the open deliveries of a line that were postponed, also when their
	// time is still to come, the earliest first and of those the oldest, at most limit, without the bodies of their events.
	PostponedDeliveries(ctx context.Context, l Line, limit int) ([]Delivery, error)
	// EventBody returns what an event tells.
	EventBody(ctx context.Context, e id.Event) ([]byte, error)
	// Settle records attempts, how their deliveries go on, and how the webhooks fare, in one
	// transaction. An attempt is recorded in any case, but a delivery that has ended stays as it
	// ended. What does not exist any more is left out.
	Settle(ctx context.Context, outcomes []Attempted, fared []Webhook) error
	// HurryDeliveries makes postponed deliveries of a line due now, at most limit, and returns how many.
	// Those that were due before are due now, too: all are then found in the order they were made in.
	HurryDeliveries(ctx context.Context, l Line, now time.Time, limit int) (int, error)
	// EndDeliveries ends, as Dead or Expired, open deliveries of a line that were made before a time,
	// at most limit, oldest first, and returns how many.
	EndDeliveries(ctx context.Context, l Line, before time.Time, as DeliveryState, limit int) (int, error)
	// CancelLine ends open deliveries of a line whose webhook exists no longer, but those to a URL of their
	// own, and returns how many. It looks at no more than limit, those with the lowest IDs above after; last
	// is the last it has looked at, 0 when there are no more.
	CancelLine(ctx context.Context, l Line, after int64, limit int) (n int, last int64, err error)
}

// Line names the deliveries of one webhook of one channel.
type Line struct {
	Channel id.Channel
	Webhook string
}

// DeliveryState says how far a delivery is. The values are stable.
type DeliveryState string

// The states. All but Open are final.
const (
	Open      DeliveryState = "open"      // to be made
	Delivered DeliveryState = "delivered" // the receiver said yes
	Dead      DeliveryState = "dead"      // given up
	Expired   DeliveryState = "expired"   // older than its webhook wants
	Cancelled DeliveryState = "cancelled" // its webhook was removed
)

// Delivery is the obligation to bring one event to one webhook.
type Delivery struct {
	ID     int64
	Line   Line
	Record Record // without Webhooks
	// URL and Mode say where to, when it is not to the webhook of the line; "" otherwise.
	URL   string
	Mode  channel.Mode
	State DeliveryState
	// Attempts is how many were made.
	Attempts int
	// NextAt is when the next attempt is due; zero when it is at once.
	NextAt    time.Time
	CreatedAt time.Time
	DoneAt    time.Time // when it ended; zero while it is open
	// Replays is the delivery that this one repeats, ReplayedBy the one that repeated it last; 0 for none.
	Replays, ReplayedBy int64
}

// Attempt is one request of a delivery.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int    // HTTP status; 0 when there was no answer
	Failure string // why it failed; "" after a success
	Answer  []byte // the first 4 KiB of the answer's body
}

// Attempted says how an attempt of a delivery ended.
type Attempted struct {
	Delivery int64
	Attempt  Attempt
	// State is what the delivery is now; Open means that it is due again at Next.
	State DeliveryState
	Next  time.Time
}
