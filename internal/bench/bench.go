// Package bench measures a gateway beside a bare whatsmeow client: the same emulated network, the
// same machine, the same run, in turns, and the same durability (write-ahead log, synchronous=FULL,
// the options that keep received messages). Network, gateway and bare client are processes of their
// own, so that the CPU time of each is its own. Everything stays on loopback.
//
// Compare figures of one run only: machines are noisy. Ratios are what to read.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Options say what to measure.
type Options struct {
	// Binary is the program that is started as network, gateway and bare client.
	Binary string
	// Version is the program's own, for the report.
	Version string
	// Quick makes a run of less than half a minute, whose figures say that everything works and not
	// much more.
	Quick bool
	// Limit bounds the whole run.
	Limit time.Duration
	// Channels are the numbers of channels to send from; empty takes 1, 4, 20 and 100.
	Channels []int
	// Messages is how many messages a block has, over all channels; 0 takes 400.
	Messages int
	// Only is which parts to do; empty takes all.
	Only []string
	// Idle is how many channels are paired and left alone; 0 skips that part.
	Idle int
	// Progress hears what is being done; nil tells nobody.
	Progress func(string)
}

// The parts of a run.
const (
	Sends   = "sends"
	Answers = "answers"
	Mixed   = "mixed"
	Idling  = "idle"
)

// Report is what a run found out.
type Report struct {
	Machine Machine `json:"machine"`
	// Sends, Answers and Mixed hold one entry for each number of channels.
	Sends   []Comparison `json:"sends"`
	Answers []Comparison `json:"answers"`
	Mixed   []Comparison `json:"mixed"`
	Idle    *Idle        `json:"idle,omitempty"`
	// Seconds is how long it all took.
	Seconds float64 `json:"seconds"`
}

// Machine is where a run took place.
type Machine struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Cores   int    `json:"cores"`
	At      string `json:"at"`
	// Size is that of the program, in bytes.
	Size int64 `json:"size"`
	// Sync is how many microseconds the disk takes to make 4 KiB durable at the end of a file: the
	// median of many. It bounds how many commits there are in a second.
	Sync float64 `json:"sync_us"`
}

// Comparison is one kind of work at one number of channels.
type Comparison struct {
	Channels int    `json:"channels"`
	Gateway  Figure `json:"gateway"`
	Bare     Figure `json:"bare"`
	// Ratio is the gateway's rate divided by the bare client's: the median over the rounds.
	Ratio float64 `json:"ratio"`
}

// Figure holds medians over the rounds of a run.
type Figure struct {
	// PerSecond is messages a second.
	PerSecond float64 `json:"per_second"`
	// P50 and P99 are milliseconds.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	// CPU is microseconds of CPU time of the measured process a message; 0 where the system does
	// not tell.
	CPU float64 `json:"cpu_us"`
	// Network and Load are the same of the emulated network and of the process that asks for the work:
	// together the three say how many messages the cores could carry at most.
	Network float64 `json:"network_cpu_us"`
	Load    float64 `json:"load_cpu_us"`
}

// Idle is what channels cost that are connected and have nothing to do, and how a gateway starts.
type Idle struct {
	Channels int `json:"channels"`
	// All is how many there were at the start, with those that were measured before.
	All int `json:"all"`
	// KiB is the growth of the process's memory for each channel.
	KiB float64 `json:"kib_each"`
	// Goroutines is how many there are for each channel.
	Goroutines float64 `json:"goroutines_each"`
	// CPU is how much of a core all of them use, in percent.
	CPU float64 `json:"cpu_percent"`
	// First is how long a start takes until the API answers, Connected until all channels are
	// connected, in seconds.
	First     float64 `json:"start_to_answer_s"`
	Connected float64 `json:"start_to_connected_s"`
}

// plan is how much is done.
type plan struct {
	channels []int
	rounds   int
	// block is how many messages a block has, over all channels.
	block   int
	answers int
}

func (o Options) plan() plan {
	if o.Quick {
		return plan{channels: []int{1, 4}, rounds: 2, block: 60, answers: 15}
	}
	p := plan{channels: []int{1, 4, 20, 100}, rounds: 5, block: cmp.Or(o.Messages, 400), answers: 100}
	if len(o.Channels) > 0 {
		p.channels = slices.Sorted(slices.Values(o.Channels)) // there are more and more of them
	}
	return p
}

// run is a run under way.
type run struct {
	Options
	plan
	dir     string
	network *network
	gateway *gateway
	bare    *bareClient
	report  Report
}

// Run measures. What it started has ended when it returns.
func Run(ctx context.Context, o Options) (_ Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.Limit)
	defer cancel()
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	dir, err := os.MkdirTemp("", "tapgate-bench-")
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	began := time.Now()
	r := &run{Options: o, plan: o.plan(), dir: dir}
	r.report.Machine = Machine{
		Version: o.Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Cores: runtime.NumCPU(), At: began.UTC().Format(time.RFC3339),
	}
	if info, err := os.Stat(o.Binary); err == nil {
		r.report.Machine.Size = info.Size()
	}
	if r.report.Machine.Sync, err = syncTime(dir); err != nil {
		return Report{}, err
	}
	defer r.stop()
	steps := []struct {
		part string
		do   func(context.Context) error
	}{{"", r.start}, {Sends, r.sends}, {Answers, r.answered}, {Mixed, r.mixed}, {Idling, r.idle}}
	for _, s := range steps {
		if len(o.Only) > 0 && s.part != "" && !slices.Contains(o.Only, s.part) {
			continue
		}
		if err := s.do(ctx); err != nil {
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				err = fmt.Errorf("not done after %s: %w", o.Limit, err)
			}
			return Report{}, err
		}
	}
	r.report.Seconds = time.Since(began).Seconds()
	return r.report, nil
}

func (r *run) say(format string, args ...any) { r.Progress(fmt.Sprintf(format, args...)) }

// start starts the three processes.
func (r *run) start(ctx context.Context) (err error) {
	r.say("starting the emulated network, a gateway and a bare client")
	if r.network, err = startNetwork(ctx, r.Binary); err != nil {
		return err
	}
	if r.gateway, err = startGateway(ctx, r.Binary, filepath.Join(r.dir, "gateway"), r.network); err != nil {
		return err
	}
	r.bare, err = startBare(ctx, r.Binary, filepath.Join(r.dir, "bare"), r.network)
	return err
}

func (r *run) stop() {
	if r.bare != nil {
		r.bare.stop()
	}
	if r.gateway != nil {
		r.gateway.stop()
	}
	if r.network != nil {
		r.network.stop()
	}
}
