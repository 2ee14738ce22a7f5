package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/bench"
)

type benchCommand struct {
	Quick    bool          `help:"Take half a minute: it shows that everything works, its figures mean little."`
	Idle     int           `help:"How many idle channels to pair for memory, CPU and start-up; 0 for none." default:"100"`
	Channels []int         `help:"Numbers of channels to send from, instead of 1,4,20,100." placeholder:"N"`
	Messages int           `help:"How many messages to send in each of five rounds." default:"400"`
	Only     []string      `help:"Only these parts: sends, answers, mixed, idle." enum:"sends,answers,mixed,idle" placeholder:"PART"`
	Limit    time.Duration `help:"End after this time, whatever is done." default:"20m"`
	JSON     bool          `help:"Print the figures as JSON."`
}

// Run measures and prints the figures. Progress goes to stderr.
func (b *benchCommand) Run(c *console) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	idle := b.Idle
	if b.Quick {
		idle = min(idle, 4)
	}
	running, _, release := interrupts(c.ctx) // so that what was started ends too
	defer release()
	report, err := bench.Run(running, bench.Options{
		Binary: binary, Version: app.Version(), Quick: b.Quick, Limit: b.Limit, Idle: idle, Channels: b.Channels, Messages: b.Messages, Only: b.Only,
		Progress: func(what string) { fmt.Fprintln(c.stderr, what) },
	})
	if err != nil {
		if running.Err() != nil {
			return errors.New("interrupted before it was done")
		}
		return err
	}
	if b.JSON {
		return asJSON(c.stdout, report)
	}
	return tellReport(c.stdout, report)
}

// tellReport prints a report for people.
func tellReport(w io.Writer, r bench.Report) error {
	fmt.Fprintf(w, "tapgate %s, %s, %s, %d cores, %s\n", r.Machine.Version, r.Machine.Go, r.Machine.System, r.Machine.Cores, r.Machine.At)
	fmt.Fprintf(w, "Each pair of lines was measured in turns in this run; compare those only.\n")
	fmt.Fprintf(w, "CPU is microseconds a message: of the one that is measured, of the emulated network, of the process that asks. They share the cores.\n")
	fmt.Fprintf(w, "The disk takes %s us to make a page durable.\n", number(r.Machine.Sync, 0))
	head := []string{"work", "channels", "who", "msg/s", "p50 ms", "p99 ms", "cpu us", "network us", "load us", "ratio"}
	var rows [][]string
	add := func(work string, list []bench.Comparison) {
		for _, c := range list {
			line := func(who string, f bench.Figure, ratio string) []string {
				return []string{work, strconv.Itoa(c.Channels), who, number(f.PerSecond, 0), number(f.P50, 2), number(f.P99, 2), number(f.CPU, 0), number(f.Network, 0), number(f.Load, 0), ratio}
			}
			rows = append(rows, line("bare whatsmeow", c.Bare, ""), line("tapgate", c.Gateway, number(c.Ratio, 2)+"x"))
		}
	}
	add("send", r.Sends)
	add("answer", r.Answers)
	add("both ways", r.Mixed)
	fmt.Fprintln(w)
	if err := table(w, head, rows); err != nil {
		return err
	}
	if i := r.Idle; i != nil {
		fmt.Fprintf(w, "\n%d idle channels: %s KiB and %s goroutines each, %s %% of a core in all\n",
			i.Channels, number(i.KiB, 0), number(i.Goroutines, 1), number(i.CPU, 1))
		fmt.Fprintf(w, "Start with them: %s s until the API answers, %s s until all are connected\n", number(i.First, 2), number(i.Connected, 2))
	}
	_, err := fmt.Fprintf(w, "\nTook %s s.\n", number(r.Seconds, 0))
	return err
}

func number(f float64, digits int) string { return strconv.FormatFloat(f, 'f', digits, 64) }

// benchBareCommand is the process that bench compares with. People have no use for it.
type benchBareCommand struct {
	API     string `name:"api" required:""`
	Network string `required:""`
	Root    string `name:"network-root" required:""`
	Dir     string `required:"" type:"path"`
}

// Run follows the orders of bench until stdin ends.
func (b *benchBareCommand) Run(c *console) error {
	return bench.RunBare(c.ctx, bench.Bare{API: b.API, Network: b.Network, Root: b.Root, Dir: b.Dir}, os.Stdin, c.stdout)
}
