package webhook

import (
	"context"
	"time"

	"tapgate/internal/id"
)

// State is how far a delivery is. The values are stable: programs read them.
type State string

// The states of a delivery. All but Pending are its end.
const (
	Pending   State = "pending"   // waits for its first or its next attempt
	Delivered State = "delivered" // a receiver said yes
	Dead      State = "dead"      // given up: a dead letter, kept for a replay
	Cancelled State = "cancelled" // the webhook was removed
	TooOld    State = "too_old"   // older than the webhook wanted it when its turn came; not sent
)

// Filter says which deliveries to list. Zero fields do not matter.
type Filter struct {
	Webhook string // the key of a webhook, see Key
	State   State
	Since   time.Time // when the delivery was created, at the earliest
	// Cursor is where to go on: Next of the page before.
	Cursor int64
	// Limit is how many to list: 1 to 500, 0 means 50.
	Limit int
}

// Page is a part of the list of deliveries, latest first.
type Page struct {
	Deliveries []Delivery
	// Next is the cursor of the next page; 0 when there is none.
	Next int64
}

// Delivery is the obligation to bring one event to one webhook, and what became of it.
type Delivery struct {
	ID      int64
	Webhook string // the key of the webhook
	// URL is where it goes: the webhook's, or the one that a replay named. "" when the webhook is
	// gone. It may hold a secret.
	URL      string
	Event    id.Event
	Seq      int64 // of the event, see Event
	Type     string
	Method   string
	State    State
	Attempts int
	// CreatedAt is when the event happened, or the replay was asked for.
	CreatedAt time.Time
	NextAt    time.Time // no attempt before it; zero for "at once", and after the end
	EndedAt   time.Time // zero while pending
	// ReplayedAs is the latest delivery that repeats this one; 0 when there is none.
	ReplayedAs int64
}

// Attempt is one HTTP request of a delivery.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int    // HTTP status; 0 when there was no answer
	Failure string // why it failed; "" after a success
	Answer  []byte // the first 4 KiB of the answer's body
}

// Story is a delivery with its body and its attempts, first one first.
type Story struct {
	Delivery
	Body     []byte
	Attempts []Attempt
}

// List returns the deliveries of a channel that pass the filter, latest first.
func (s *Service) List(ctx context.Context, ch id.Channel, f Filter) (Page, error) {
	return Page{}, errNotYet()
}

// Show returns one delivery. The error is of kind fault.NotFound when the channel has no such one.
func (s *Service) Show(ctx context.Context, ch id.Channel, delivery int64) (Story, error) {
	return Story{}, errNotYet()
}
