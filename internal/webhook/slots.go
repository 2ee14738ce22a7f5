package webhook

import "context"

// slots bound how many requests are made at the same time. Who waits for one is served in turn.
type slots struct {
	all chan struct{}
	// more has a place for each request of a webhook that has others under way.
	more chan struct{}
}

func newSlots(total int) slots {
	return slots{all: make(chan struct{}, total), more: make(chan struct{}, max(total/2, 1))}
}

// take waits for a slot; another says that the webhook has one already. When ok, the slot has to be
// given back by the function that is returned.
func (s slots) take(ctx context.Context, another bool) (give func(), ok bool) {
	if another {
		select {
		case s.more <- struct{}{}:
		case <-ctx.Done():
			return nil, false
		}
	}
	select {
	case s.all <- struct{}{}:
	case <-ctx.Done():
		if another {
			<-s.more
		}
		return nil, false
	}
	return func() {
		<-s.all
		if another {
			<-s.more
		}
	}, true
}
