package webhook

import (
	"context"
	"time"

	"tapgate/internal/store"
)

// record is an attempt on its way to the database.
type record struct {
	line     *line
	delivery store.Delivery
	outcome  store.Attempted
	// fared is how the webhook fares now; nil when the database need not know.
	fared *store.Webhook
}

// keepRecords records attempts until records is closed: those that end while a commit waits for the
// disk share the next one.
func (s *Service) keepRecords() {
	for first := range s.records {
		batch := []record{first}
		for more := true; more && len(batch) < s.Batch; {
			select {
			case r, ok := <-s.records:
				if more = ok; ok {
					batch = append(batch, r)
				}
			default:
				more = false
			}
		}
		s.keep(batch)
	}
}

// keep records a batch. It goes on until that has worked or the service stops for good, because the
// requests would be made again otherwise.
func (s *Service) keep(batch []record) {
	outcomes, fared := make([]store.Attempted, 0, len(batch)), map[store.Line]store.Webhook{}
	for _, r := range batch {
		outcomes = append(outcomes, r.outcome)
		if r.fared != nil {
			fared[r.line.name] = *r.fared
		}
	}
	webhooks := make([]store.Webhook, 0, len(fared))
	for _, w := range fared {
		webhooks = append(webhooks, w)
	}
	ctx := context.WithoutCancel(s.hard)
	for {
		err := s.Store.Settle(ctx, outcomes, webhooks)
		if err == nil {
			break
		}
		s.Log.Error("attempts not recorded", "attempts", len(outcomes), "error", err)
		if !s.pause(trouble) {
			break
		}
	}
	for _, r := range batch {
		r.line.report(report{delivery: r.delivery, recorded: true, next: r.outcome.Next})
	}
}

// pause waits. It is false when the service stops for good.
func (s *Service) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.hard.Done():
		return false
	}
}
