package gateway

import (
	"context"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

const (
	// removeWait is how long a removal waits for what is under way on the channel.
	removeWait = 10 * time.Second
	purgeStep  = 200                   // rows of one transaction
	purgePause = 20 * time.Millisecond // between two, in which others have the database for themselves
)

// RemoveChannel removes a channel: it is unpaired, at WhatsApp too if that can be reached, what waits
// to be sent fails, its tokens open nothing any more, and its rows are deleted in the background,
// after a restart if need be. When it fails before the end, the channel is there, perhaps unpaired,
// and can be removed again.
func (g *Gateway) RemoveChannel(ctx context.Context, ch id.Channel) error {
	a, err := g.actor(ch)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*removeWait) // half a removal helps nobody
	defer cancel()
	if err := a.leave(ctx); err != nil {
		return err
	}
	if err := g.Store.RemoveChannel(ctx, ch); err != nil {
		return noChannel(err)
	}
	a.removed.Store(true)
	soft, done := context.WithTimeout(ctx, removeWait)
	defer done()
	a.shut(soft)
	g.mu.Lock()
	if g.actors[ch] == a {
		delete(g.actors, ch)
	}
	g.mu.Unlock()
	g.Planner.Wake(ch)
	select {
	case g.removed <- struct{}{}:
	default:
	}
	g.Log.Info("channel removed", "channel", ch)
	return nil
}

// leave ends the pairing, if there is one, and the session.
func (a *actor) leave(ctx context.Context) error {
	a.control.Lock()
	defer a.control.Unlock()
	v := a.view.Load()
	if v.session == nil && v.channel.Paired() {
		// The keys are deleted by the session alone.
		if err := a.open(v.channel.Device); err != nil && !fault.Is(err, fault.Unpaired) && a.view.Load().session == nil {
			return fault.Wrap(fault.Unavailable, err, "The session of this channel could not be opened to end it")
		}
		v = a.view.Load()
	}
	if v.session != nil && v.channel.Paired() {
		if err := v.session.Unpair(ctx); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The channel could not be logged out")
		}
	}
	a.change(func(v *view) error {
		if v.channel.Paired() {
			a.forget(ctx, v, backend.StateChange{State: channel.Unpaired})
		}
		return nil
	})
	a.closeSession()
	return nil
}

// purge deletes the rows of removed channels for as long as the gateway runs.
func (g *Gateway) purge() {
	for failed := 0; ; {
		more, err := g.Store.PurgeRemoved(context.WithoutCancel(g.soft), purgeStep)
		wait := (<-chan time.Time)(nil)
		switch {
		case err != nil:
			failed++
			g.Log.Warn("removed channels not purged", "error", err)
			wait = time.After(backoff(failed))
		case more:
			failed = 0
			wait = time.After(purgePause)
		}
		select {
		case <-wait:
		case <-g.removed:
		case <-g.soft.Done():
			return
		}
	}
}
