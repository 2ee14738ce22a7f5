package cli

import (
	"fmt"
	"io"
	"strconv"

	"tapgate/internal/bench"
)

// tellReport prints a report for people.
func tellReport(w io.Writer, r bench.Report) error {
	m := r.Machine
	fmt.Fprintf(w, "tapgate %s (%s MiB), %s, %s, %d cores, %s\n", m.Version, mebibytes(m.Size), m.Go, m.System, m.Cores, m.At)
	fmt.Fprintf(w, "Each pair of lines was measured in turns in this run; compare those only.\n")
	fmt.Fprintf(w, "CPU is microseconds a message: of the one that is measured, of the emulated network, of the process that asks. They share the cores.\n")
	fmt.Fprintf(w, "The disk takes %s us to make a page durable.\n\n", number(m.Sync, 0))
	var rows [][]string
	for _, k := range kindsOf(r) {
		for _, c := range k.list {
			line := func(who string, f bench.Figure, ratio string) []string {
				return []string{
					k.work, strconv.Itoa(c.Channels), who, number(f.PerSecond, 0), number(f.P50, 2), number(f.P99, 2),
					number(f.CPU, 0), number(f.Network, 0), number(f.Load, 0), ratio,
				}
			}
			rows = append(rows, line("bare whatsmeow", c.Bare, ""), line("tapgate", c.Gateway, number(c.Ratio, 2)+"x"))
		}
	}
	head := []string{"work", "channels", "who", "msg/s", "p50 ms", "p99 ms", "cpu us", "network us", "load us", "ratio"}
	if err := table(w, head, rows); err != nil {
		return err
	}
	if i := r.Idle; i != nil {
		fmt.Fprintf(w, "\n%d idle channels: %s KiB and %s goroutines each, %s %% of a core in all\n",
			i.Channels, number(i.KiB, 0), number(i.Goroutines, 1), number(i.CPU, 1))
		fmt.Fprintf(w, "Start with %d channels: %s s until the API answers, %s s until all are connected\n", i.All, number(i.First, 2), number(i.Connected, 2))
	}
	_, err := fmt.Fprintf(w, "\nTook %s s.\n", number(r.Seconds, 0))
	return err
}

// markdownReport prints a report as the figures stand in docs/performance.md.
func markdownReport(w io.Writer, r bench.Report) error {
	m := r.Machine
	fmt.Fprintf(w, "%d cores, %s, %s, tapgate %s, %s. The disk takes %s us to make a page durable.\n\n", m.Cores, m.System, m.Go, m.Version, m.At, number(m.Sync, 0))
	fmt.Fprint(w, "| work | channels | bare: msg/s, p50, p99 ms | tapgate: msg/s, p50, p99 ms | ratio | CPU us a message: bare + network | tapgate + network + load |\n")
	fmt.Fprint(w, "| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, k := range kindsOf(r) {
		for _, c := range k.list {
			pace := func(f bench.Figure) string {
				return number(f.PerSecond, 0) + ", " + number(f.P50, 1) + ", " + number(f.P99, 1)
			}
			fmt.Fprintf(w, "| %s | %d | %s | %s | **%sx** | %s + %s | %s + %s + %s |\n", k.work, c.Channels, pace(c.Bare), pace(c.Gateway), number(c.Ratio, 2),
				number(c.Bare.CPU, 0), number(c.Bare.Network, 0), number(c.Gateway.CPU, 0), number(c.Gateway.Network, 0), number(c.Gateway.Load, 0))
		}
	}
	if i := r.Idle; i != nil {
		fmt.Fprintf(w, "\n%d idle channels: %s KiB and %s goroutines each, %s %% of a core in all. A start with %d channels: %s s\nuntil the API answers, %s s until all are connected. ",
			i.Channels, number(i.KiB, 0), number(i.Goroutines, 1), number(i.CPU, 1), i.All, number(i.First, 2), number(i.Connected, 2))
	}
	_, err := fmt.Fprintf(w, "The program has %s MiB.\n", mebibytes(m.Size))
	return err
}

// kind is one kind of work of a report.
type kind struct {
	work string
	list []bench.Comparison
}

func kindsOf(r bench.Report) []kind {
	return []kind{{"send", r.Sends}, {"answer", r.Answers}, {"both ways", r.Mixed}}
}

func number(f float64, digits int) string { return strconv.FormatFloat(f, 'f', digits, 64) }

func mebibytes(n int64) string { return number(float64(n)/(1<<20), 1) }
