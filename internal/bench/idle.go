package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// idleTime is how long idle channels are watched.
const idleTime = 10 * time.Second

// idle measures what channels cost that do nothing, and starts the gateway again with all of them.
func (r *run) idle(ctx context.Context) error {
	if r.Idle <= 0 {
		return nil
	}
	before := len(r.gateway.tokens)
	r.say("pairing %d more channels", r.Idle)
	r.bare.stop() // it has done its part
	r.bare = nil
	small := memory(r.gateway.settled(ctx))
	few := r.gateway.goroutines(ctx)
	if err := r.gateway.channels(ctx, before+r.Idle); err != nil {
		return err
	}
	report := &Idle{Channels: r.Idle, All: before + r.Idle}
	pid := r.gateway.settled(ctx)
	report.KiB = float64(memory(pid)-small) / 1024 / float64(r.Idle)
	report.Goroutines = float64(r.gateway.goroutines(ctx)-few) / float64(r.Idle)
	r.say("watching %d idle channels", r.Idle)
	cpu, err := r.measured(r.gateway.process, func() error { return wait(ctx, idleTime) })
	if err != nil {
		return err
	}
	report.CPU = 100 * cpu.own.Seconds() / idleTime.Seconds()

	r.say("starting the gateway again with %d channels", before+r.Idle)
	r.gateway.stop()
	began := time.Now()
	if err := r.gateway.start(ctx); err != nil {
		return err
	}
	if err := call(ctx, r.gateway.http, http.MethodGet, r.gateway.api+"/health", r.gateway.tokens[0], nil, nil); err != nil {
		return err
	}
	report.First = time.Since(began).Seconds()
	err = poll(ctx, "all channels are connected", func() (bool, error) {
		n, err := r.gateway.connected(ctx)
		return n == before+r.Idle, err
	})
	report.Connected = time.Since(began).Seconds()
	r.report.Idle = report
	if err != nil {
		return fmt.Errorf("start with %d channels: %w", before+r.Idle, err)
	}
	return nil
}

// settled waits until what was used for pairing is given back, and returns the process. The heap
// profile is asked for because it collects garbage first.
func (g *gateway) settled(ctx context.Context) (pid int) {
	if g.metrics != "" {
		_ = call(ctx, g.http, http.MethodGet, g.metrics+"/debug/pprof/heap?gc=1", "", nil, nil)
	}
	_ = wait(ctx, 3*time.Second)
	return g.cmd.Process.Pid
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
