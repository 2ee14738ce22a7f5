package store

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// DeliveryLog looks back: at deliveries and at events, as long as they are kept.
type DeliveryLog interface {
	// Deliveries returns deliveries of a channel, newest first, without the bodies of their events.
	// next is where to go on; 0 at the end. A page may be short and have a next one all the same.
	Deliveries(ctx context.Context, ch id.Channel, q DeliveryQuery) (list []Delivery, next int64, err error)
	// Delivery returns one delivery, whole, and its attempts in their order.
	Delivery(ctx context.Context, ch id.Channel, delivery int64) (Delivery, []Attempt, error)
	// Replay makes a new delivery of the same event for each delivery that the query finds, in their
	// order, and says for which lines. next is where to go on; 0 at the end.
	Replay(ctx context.Context, ch id.Channel, q ReplayQuery) (made int, lines []Line, next int64, err error)
	// Events returns the events of a channel whose Seq is above after, oldest first, at most limit.
	// missed is true when events above after have been swept.
	Events(ctx context.Context, ch id.Channel, after int64, limit int) (list []LoggedEvent, missed bool, err error)
	// SweepDeliveries removes deliveries that have ended and were made before a time, with their
	// attempts. It looks at no more than limit, those with the lowest IDs above after; last is the last
	// it has looked at, 0 when there is nothing more to sweep.
	SweepDeliveries(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error)
	// SweepEvents removes events of before a time that no delivery needs. It looks at no more than
	// limit, as SweepDeliveries does.
	SweepEvents(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error)
}

// DeliveryQuery asks for deliveries.
type DeliveryQuery struct {
	Webhook string        // "" means all
	State   DeliveryState // "" means all
	Before  int64         // only those with a lower ID; 0 means no bound
	Limit   int
}

// ReplayQuery asks which deliveries to repeat: those with the IDs, or those that fit all the rest.
type ReplayQuery struct {
	IDs     []int64
	Webhook string // "" means all
	// State is which; "" means all that have ended. Dead leaves out what was replayed already, all others
	// leave out what is a replay itself.
	State DeliveryState
	// From and To bound when the deliveries were made, From inclusive; zero means no bound.
	From, To time.Time
	After    int64 // only those with a higher ID
	Limit    int   // how many to look at
	// At is the time of the new deliveries. What was made then or later is not found.
	At time.Time
	// Webhook, URL and Mode of the new deliveries; the zero Target is that of the old.
	Target Target
}

// Target is where a repeated delivery goes.
type Target struct {
	Webhook string
	URL     string
	Mode    channel.Mode
}

// LoggedEvent is an event with its place in the order of all events.
type LoggedEvent struct {
	Seq    int64
	Record Record // without Webhooks
}
