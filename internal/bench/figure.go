package bench

import (
	"slices"
	"time"
)

// sample is what one block of messages took.
type sample struct {
	// took is how long each message took.
	took    []time.Duration
	elapsed time.Duration
	cpu     usage
}

func (s sample) figure() Figure {
	n := float64(len(s.took))
	if n == 0 || s.elapsed <= 0 {
		return Figure{}
	}
	took := slices.Sorted(slices.Values(s.took))
	return Figure{
		PerSecond: n / s.elapsed.Seconds(),
		P50:       milliseconds(at(took, 0.50)),
		P99:       milliseconds(at(took, 0.99)),
		CPU:       float64(s.cpu.own.Microseconds()) / n,
		Network:   float64(s.cpu.network.Microseconds()) / n,
		Load:      float64(s.cpu.load.Microseconds()) / n,
	}
}

// at returns the value below which the part p of a sorted list lies.
func at(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// compare brings the rounds of both sides together.
func compare(channels int, gateway, bare []sample) Comparison {
	c := Comparison{Channels: channels, Gateway: medians(gateway), Bare: medians(bare)}
	var ratios []float64
	for i := range gateway {
		if b := bare[i].figure().PerSecond; b > 0 {
			ratios = append(ratios, gateway[i].figure().PerSecond/b)
		}
	}
	c.Ratio = median(ratios)
	return c
}

func medians(rounds []sample) Figure {
	each := func(of func(Figure) float64) float64 {
		list := make([]float64, len(rounds))
		for i, r := range rounds {
			list[i] = of(r.figure())
		}
		return median(list)
	}
	return Figure{
		PerSecond: each(func(f Figure) float64 { return f.PerSecond }),
		P50:       each(func(f Figure) float64 { return f.P50 }),
		P99:       each(func(f Figure) float64 { return f.P99 }),
		CPU:       each(func(f Figure) float64 { return f.CPU }),
		Network:   each(func(f Figure) float64 { return f.Network }),
		Load:      each(func(f Figure) float64 { return f.Load }),
	}
}

// median returns the middle of a list, 0 of an empty one.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}
