package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Group is a Service made of services. It starts them in the order they were added and stops them
// in reverse. The zero value is ready to use.
type Group struct {
	mu      sync.Mutex
	members []member
	started int // how many members, from the front, are to be stopped
}

type member struct {
	name string
	s    Service
}

var _ Service = (*Group)(nil)

// Add appends a service; its name stands in errors. It must not be called after Start.
func (g *Group) Add(name string, s Service) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = append(g.members, member{name, s})
}

// Start starts the services one after the other. When one fails, those before it are stopped again
// and the error names the one that failed.
func (g *Group) Start(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, m := range g.members {
		if err := m.s.Start(ctx); err != nil {
			g.started = i
			return errors.Join(fmt.Errorf("start %s: %w", m.name, err), g.stop(ctx))
		}
		g.started = i + 1
	}
	return nil
}

// Stop stops what was started, last first, and returns all errors.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stop(ctx)
}

func (g *Group) stop(ctx context.Context) error {
	var errs []error
	for ; g.started > 0; g.started-- {
		m := g.members[g.started-1]
		if err := m.s.Stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", m.name, err))
		}
	}
	return errors.Join(errs...)
}
