package app

import (
	"context"
	"errors"
	"sync/atomic"

	"tapgate/internal/config"
	"tapgate/internal/obs"
)

// debugSite serves metrics, health checks and pprof on a listener of its own. It is up before and after
// everything else, so that a start that takes long and a stop that hangs can be looked at.
type debugSite struct {
	front  *listener
	engine *engine
	// serving is true while the API answers.
	serving atomic.Bool
}

func newDebugSite(address string, e *engine, failed chan<- error) *debugSite {
	e.metrics = newMetrics(e.Version)
	return &debugSite{
		engine: e,
		front:  &listener{flag: "--metrics", address: address, log: e.Log, failed: failed},
	}
}

func (d *debugSite) start(ctx context.Context) error {
	if err := d.front.bind(ctx); err != nil {
		return err
	}
	d.front.serve(obs.Debug(obs.DebugOptions{
		Metrics: d.engine.metrics.registry, Ready: d.ready, Profile: config.Loopback(d.front.address),
	}), nil)
	return nil
}

// ready reports why requests to the API can't be served well. A channel without a connection is no
// reason: what is sent over it waits.
func (d *debugSite) ready(ctx context.Context) error {
	switch {
	case !d.serving.Load():
		return errors.New("starting or stopping")
	case d.engine.metrics.broken.Load():
		return errors.New("the last write to the database failed: its disk may be full")
	}
	_, err := d.engine.store.Channels(ctx)
	return err
}

func (d *debugSite) open(context.Context) error {
	d.serving.Store(true)
	return d.engine.metrics.registry.Register(queues{d.engine})
}

func (d *debugSite) close(context.Context) error {
	d.serving.Store(false)
	return nil
}
