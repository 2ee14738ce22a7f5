package store

import (
	"context"
	"time"
)

// Depths tells how much waits in the queues.
type Depths interface {
	// Depth counts what waits now, over all channels.
	Depth(ctx context.Context) (Depth, error)
}

// Depth is what waits in the queues.
type Depth struct {
	// Outbound counts the messages that have not left; OldestOutbound is when the first of them was
	// accepted, zero when there is none.
	Outbound       int
	OldestOutbound time.Time
	// Deliveries counts the open deliveries; OldestDelivery is when the first of them was made.
	Deliveries     int
	OldestDelivery time.Time
	// Downloads counts the messages whose file is still to be fetched.
	Downloads int
}
