package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// mixed measures traffic both ways at once: each channel sends while its customer writes to it. It is
// over when all that was sent has its ack and all that was written has been told.
func (r *run) mixed(ctx context.Context) error {
	hooks, err := newReceiver()
	if err != nil {
		return err
	}
	defer hooks.close()
	for _, n := range r.channels {
		if n == 1 || n > maxCustomers {
			continue
		}
		r.say("both ways at once on %d channels", n)
		if err := r.prepare(ctx, n); err != nil {
			return err
		}
		for i := range n {
			if err := r.gateway.hook(ctx, i, hooks.url); err != nil {
				return err
			}
		}
		each := max(r.each(n)/2, 4)
		c, err := r.turns(n, func() (sample, error) {
			return r.bothWays(ctx, n, each, r.gateway.process, false, func() (sample, error) { return r.gatewaySends(ctx, n, each) }, hooks.await)
		}, func() (sample, error) {
			return r.bothWays(ctx, n, each, r.bare.process, true, func() (sample, error) { return r.bareSends(ctx, n, each) }, r.bare.await)
		})
		if err != nil {
			return err
		}
		r.report.Mixed = append(r.report.Mixed, c)
	}
	return nil
}

// bothWays lets customers write while send runs. The latencies are those of what customers wrote.
func (r *run) bothWays(ctx context.Context, channels, each int, p *process, bare bool, send func() (sample, error),
	await func(context.Context, []string) (map[string]time.Time, error),
) (s sample, err error) {
	var mu sync.Mutex
	started := map[string]time.Time{}
	var sent sample
	began := time.Now()
	var last time.Time
	s.cpu, err = r.measured(p, func() error {
		err := several(2, 2, func(side int) (err error) {
			if side == 0 {
				sent, err = send()
				return err
			}
			return several(channels, channels, func(i int) error {
				for k := range each {
					start := time.Now()
					id, err := r.network.write(ctx, customer(i), business(bare, i), fmt.Sprint("question ", k))
					if err != nil {
						return err
					}
					mu.Lock()
					started[id] = start
					mu.Unlock()
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		last = time.Now()
		ids := make([]string, 0, len(started))
		for id := range started {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		told, err := await(ctx, ids)
		for id, at := range told {
			if start, ours := started[id]; ours {
				s.took = append(s.took, at.Sub(start))
				if at.After(last) {
					last = at
				}
			}
		}
		return err
	})
	s.elapsed = last.Sub(began)
	// the rate and the CPU time are of all messages, sent and received
	all := float64(len(s.took)+len(sent.took)) / float64(max(len(s.took), 1))
	s.elapsed = time.Duration(float64(s.elapsed) / all)
	s.cpu = s.cpu.part(1 / all)
	return s, err
}
