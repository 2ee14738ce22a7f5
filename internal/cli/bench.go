package cli

import (
	"errors"
	"fmt"
	"os"
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
	Markdown bool          `help:"Print the figures as they stand in docs/performance.md."`
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
	switch {
	case b.JSON:
		return asJSON(c.stdout, report)
	case b.Markdown:
		return markdownReport(c.stdout, report)
	}
	return tellReport(c.stdout, report)
}

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
