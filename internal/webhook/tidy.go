package webhook

import (
	"context"
	"time"

	"tapgate/internal/store"
)

const (
	// tidyEvery is how often old rows are looked for.
	tidyEvery = time.Hour
	// tidyStep is how many rows one transaction looks at, and tidyPause what it leaves to others after.
	tidyStep  = 500
	tidyPause = 20 * time.Millisecond
	// abandon is the age at which a delivery is given up even if it was not attempted any more, because
	// its webhook is down.
	abandon = 7 * 24 * time.Hour
	// retention is the age to which deliveries and events are kept. A dead letter is kept for a week at
	// least, since it dies within its first.
	retention = 14 * 24 * time.Hour
)

// keepTidy sweeps old rows until the service stops.
func (s *Service) keepTidy() {
	t := time.NewTicker(tidyEvery)
	defer t.Stop()
	for {
		if err := s.tidy(); err != nil && s.soft.Err() == nil {
			s.Log.Error("old deliveries not swept", "error", err)
		}
		select {
		case <-t.C:
		case <-s.soft.Done():
			return
		}
	}
}

func (s *Service) tidy() error {
	now := s.Now()
	lines, err := s.Store.OpenLines(s.soft)
	if err != nil {
		return err
	}
	for _, l := range lines {
		n, err := s.endOld(l, now.Add(-abandon), store.Dead)
		if err != nil {
			return err
		}
		if n > 0 {
			s.Log.Error("deliveries given up for their age", "channel", l.Channel, "webhook", l.Webhook, "count", n)
		}
		s.remind(l, false)
	}
	if err := s.sweep(now.Add(-retention), s.Store.SweepDeliveries); err != nil {
		return err
	}
	return s.sweep(now.Add(-retention), s.Store.SweepEvents)
}

// remind has a line look at its rows, should they have got there without a word: such as those that were
// planned when the webhook was still there. Probe says that somebody thinks the webhook is back.
func (s *Service) remind(name store.Line, probe bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.line(name)
	l.news, l.urged = true, l.urged || probe
	s.rouse(l)
}

// sweep goes through all that is old, step by step.
func (s *Service) sweep(before time.Time, step func(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error)) error {
	for after := int64(0); ; {
		_, last, err := step(s.soft, before, after, tidyStep)
		if err != nil || last == 0 {
			return err
		}
		after = last
		t := time.NewTimer(tidyPause)
		select {
		case <-t.C:
		case <-s.soft.Done():
			t.Stop()
			return nil
		}
	}
}
