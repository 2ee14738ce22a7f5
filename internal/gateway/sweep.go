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

// sweep deletes old rows of the outbox for as long as the gateway runs.
func (g *Gateway) sweep() {
	for {
		wait := sweepEvery
		n, err := g.Store.Sweep(context.WithoutCancel(g.soft), g.steady().Add(-KeepRows), sweepStep)
		switch {
		case err != nil:
			g.Log.Warn("old rows not swept", "error", err)
		case n > 0:
			g.Log.Debug("old rows swept", "rows", n)
		}
		if n == sweepStep {
			wait = sweepPause
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-g.soft.Done():
			t.Stop()
			return
		}
	}
}
