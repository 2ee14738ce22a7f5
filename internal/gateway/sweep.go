package gateway

import (
	"context"
	"time"
)

const (
	// KeepRows is how long a row of the outbox is kept after it has ended, with its attempts and
	// its key: devices that could not read a message ask for it again for about two weeks.
	KeepRows = 14 * 24 * time.Hour
	// sweepEvery is how often old rows are looked for, sweepStep how many are deleted at once, and
	// sweepPause how long others have the database for themselves after it.
	sweepEvery = time.Hour
	sweepStep  = 200
	sweepPause = 100 * time.Millisecond
)

// sweep deletes what is old for as long as the gateway runs: rows of the outbox, and then messages, which
// their rows refer to.
func (g *Gateway) sweep() {
	for {
		done := g.sweepAll(func() (more bool, err error) {
			n, err := g.Store.Sweep(context.WithoutCancel(g.soft), g.steady().Add(-KeepRows), sweepStep)
			return n == sweepStep, err
		})
		after := int64(0)
		done = done && (g.KeepMessages == 0 || g.sweepAll(func() (more bool, err error) {
			_, after, err = g.Store.SweepMessages(context.WithoutCancel(g.soft), g.steady().Add(-g.KeepMessages), after, sweepStep)
			return after != 0, err
		}))
		if !done || !g.rest(sweepEvery) {
			return
		}
	}
}

// sweepAll makes steps until there is nothing more to sweep, or until one fails. It is false when the
// gateway stops.
func (g *Gateway) sweepAll(step func() (more bool, err error)) bool {
	for {
		more, err := step()
		if err != nil {
			g.Log.Warn("old rows not swept", "error", err)
		}
		if err != nil || !more {
			return true
		}
		if !g.rest(sweepPause) {
			return false
		}
	}
}

// rest waits for d. It is false when the gateway stops.
func (g *Gateway) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-g.soft.Done():
		return false
	}
}
