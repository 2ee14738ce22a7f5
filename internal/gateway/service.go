package gateway

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Start loads the channels, starts their actors, and connects those that are paired. A channel
// that can't be connected for now is tried again later and is no reason for an error.
func (g *Gateway) Start(ctx context.Context) error {
	if err := g.load(ctx); err != nil {
		return err
	}
	for _, a := range g.everyone() {
		if a.view.Load().channel.Paired() {
			a.connect()
		}
	}
	return nil
}

// load starts the actors of all channels.
func (g *Gateway) load(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.phase != fresh {
		return errors.New("gateway: started or stopped before")
	}
	list, err := g.Store.Channels(ctx)
	if err != nil {
		return fmt.Errorf("load channels: %w", err)
	}
	actors := make([]*actor, 0, len(list))
	for _, c := range list {
		waiting, err := g.Store.Waiting(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("count what waits in %s: %w", c.ID, err)
		}
		actors = append(actors, newActor(g, c, waiting))
	}
	life := context.WithoutCancel(ctx)
	g.hard, g.cut = context.WithCancel(life)
	g.soft, g.end = context.WithCancel(g.hard)
	g.phase = running
	for _, a := range actors {
		g.enlist(a)
	}
	g.sweeper.Go(g.sweep)
	g.sweeper.Go(g.purge)
	return nil
}

// enlist makes an actor known and sets it going. g.mu is held.
func (g *Gateway) enlist(a *actor) {
	a.live()
	g.actors[a.id] = a
	go a.serve()
	go a.settle()
	if g.Media != nil {
		a.expect() // what was not fetched before
	}
}

// everyone returns the actors there are.
func (g *Gateway) everyone() []*actor {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return slices.Collect(maps.Values(g.actors))
}

// Stop lets the sends in flight finish, closes the sessions and returns when nothing runs any
// more. When ctx ends it cuts the sends off; their rows stay and leave after the next start.
func (g *Gateway) Stop(ctx context.Context) error {
	g.mu.Lock()
	if g.phase == running {
		g.end()
		defer g.cut()
	}
	g.phase = stopped
	g.mu.Unlock()

	var all sync.WaitGroup
	var hurried atomic.Bool
	for _, a := range g.everyone() {
		all.Go(func() {
			if !a.shut(ctx) {
				hurried.Store(true)
			}
		})
	}
	all.Wait()
	g.sweeper.Wait()
	if hurried.Load() {
		return ctx.Err()
	}
	return nil
}

// connect launches the session, and goes on trying in the background when that fails.
func (a *actor) connect() {
	if err := a.launch(nil); err == nil {
		return
	}
	a.spawn(func() {
		for n := 1; a.pause(backoff(n)); n++ {
			if err := a.launch(dead); err == nil {
				return
			}
		}
	})
}
