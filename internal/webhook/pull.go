package webhook

import (
	"context"
	"time"

	"tapgate/internal/id"
)

// Event is something that happened, as webhooks are told of it.
type Event struct {
	// Seq grows with each event; numbers are never given twice, and may be skipped.
	Seq    int64
	ID     id.Event
	Type   string // such as "messages"
	Method string // such as "post"
	At     time.Time
	Body   []byte // the request body, complete
}

// Events returns the events of a channel that come after the sequence number, oldest first, whether a
// webhook wanted them or not. after is the Seq of the last one that is known, 0 for the beginning of
// what is kept. limit is 1 to 500, 0 means 50.
func (s *Service) Events(ctx context.Context, ch id.Channel, after int64, limit int) ([]Event, error) {
	return nil, errNotYet()
}
