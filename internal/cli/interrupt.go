package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// echo is how soon after the first signal another one counts as the same: programs like timeout
// send theirs to the process and to its group.
const echo = 300 * time.Millisecond

// interrupts returns a context that ends with ctx or the first SIGINT or SIGTERM, and one that
// ends with the second. A third ends the process. Release gives the signals back.
func interrupts(ctx context.Context) (soft, hard context.Context, release func()) {
	soft, begin := context.WithCancel(ctx)
	hard, hasten := context.WithCancel(context.WithoutCancel(ctx))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer signal.Stop(signals)
		var first time.Time
		for {
			select {
			case <-over:
				return
			case <-signals:
			}
			switch now := time.Now(); {
			case first.IsZero():
				first = now
				begin()
			case now.Sub(first) > echo:
				hasten()
				return
			}
		}
	}()
	return soft, hard, func() {
		close(over)
		<-done
		begin()
		hasten()
	}
}
