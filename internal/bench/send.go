package bench

import (
	"context"
	"fmt"
	"time"
)

// maxCustomers is how many customers there are at most; channels share them.
const maxCustomers = 20

// prepare sees to it that there are so many channels on both sides and that each has written to its
// customer once: the first message builds the session.
func (r *run) prepare(ctx context.Context, channels int) error {
	if err := r.network.people(ctx, min(channels, maxCustomers)); err != nil {
		return err
	}
	if err := r.gateway.channels(ctx, channels); err != nil {
		return fmt.Errorf("channels of the gateway: %w", err)
	}
	if _, err := r.bare.do(ctx, order{Pair: channels}); err != nil {
		return err
	}
	for range 2 { // the second time statements and connections are warm
		if _, err := r.gatewaySends(ctx, channels, 2); err != nil {
			return err
		}
		if _, err := r.bareSends(ctx, channels, 2); err != nil {
			return err
		}
	}
	return nil
}

// sends measures texts: each channel has one caller, who waits for WhatsApp's ack each time.
func (r *run) sends(ctx context.Context) error {
	for _, n := range r.channels {
		r.say("sending from %d channels", n)
		if err := r.prepare(ctx, n); err != nil {
			return err
		}
		r.say("sending from %d channels: measuring", n)
		c, err := r.turns(n, func() (sample, error) { return r.gatewaySends(ctx, n, r.each(n)) },
			func() (sample, error) { return r.bareSends(ctx, n, r.each(n)) })
		if err != nil {
			return err
		}
		r.report.Sends = append(r.report.Sends, c)
	}
	return nil
}

// each is how many messages one of n channels has in a block.
func (r *run) each(n int) int { return max(r.block/n, 5) }

// turns measures both sides in turns.
func (r *run) turns(channels int, gateway, bare func() (sample, error)) (c Comparison, err error) {
	var ours, theirs []sample
	for range r.rounds {
		b, err := bare()
		if err != nil {
			return c, err
		}
		g, err := gateway()
		if err != nil {
			return c, err
		}
		ours, theirs = append(ours, g), append(theirs, b)
	}
	return compare(channels, ours, theirs), nil
}

func (r *run) gatewaySends(ctx context.Context, channels, each int) (s sample, err error) {
	took := make([][]time.Duration, channels)
	began := time.Now()
	s.cpu, err = r.measured(r.gateway.process, func() error {
		return several(channels, channels, func(i int) error {
			to := customer(i % min(channels, maxCustomers))
			for k := range each {
				start := time.Now()
				if err := r.gateway.text(ctx, i, to, fmt.Sprint("text ", k)); err != nil {
					return err
				}
				took[i] = append(took[i], time.Since(start))
			}
			return nil
		})
	})
	s.elapsed = time.Since(began)
	for _, list := range took {
		s.took = append(s.took, list...)
	}
	return s, err
}

func (r *run) bareSends(ctx context.Context, channels, each int) (sample, error) {
	var answer reply
	cpu, err := r.measured(r.bare.process, func() (err error) {
		answer, err = r.bare.do(ctx, order{Send: channels, Each: each, Customers: min(channels, maxCustomers)})
		return err
	})
	return answer.sample(cpu), err
}
