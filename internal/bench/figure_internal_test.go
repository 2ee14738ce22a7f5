package bench

import (
	"testing"
	"time"
)

func TestFigure(t *testing.T) {
	var s sample
	for i := range 100 {
		s.took = append(s.took, time.Duration(100-i)*time.Millisecond)
	}
	s.elapsed, s.cpu = 2*time.Second, usage{own: 50 * time.Millisecond, network: 20 * time.Millisecond, load: 10 * time.Millisecond}
	if f := s.figure(); f != (Figure{PerSecond: 50, P50: 51, P99: 100, CPU: 500, Network: 200, Load: 100}) {
		t.Errorf("%+v", f)
	}
	if f := (sample{}).figure(); f != (Figure{}) {
		t.Errorf("of nothing: %+v", f)
	}
}

// The ratio is the median of the rounds' ratios: a round in which the machine was busy counts once.
func TestCompare(t *testing.T) {
	round := func(perSecond int) sample {
		return sample{took: make([]time.Duration, perSecond), elapsed: time.Second}
	}
	c := compare(4, []sample{round(20), round(30), round(5)}, []sample{round(10), round(10), round(10)})
	if c.Ratio != 2 || c.Channels != 4 || c.Gateway.PerSecond != 20 || c.Bare.PerSecond != 10 {
		t.Errorf("%+v", c)
	}
}
