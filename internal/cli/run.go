package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/obs"
)

// stopLimit is how long a soft stop may take before it turns hard.
const stopLimit = 30 * time.Second

// output is how a command tells things.
type output struct {
	json  bool
	level slog.Level
	// panel tells people; json tells programs.
	panel func(app.Facts) string
	// after runs beside the process once the facts are told; nil runs nothing. It ends with ctx.
	after func(ctx context.Context, r *app.Running) error
}

// run starts a process, tells its facts, and stops it at the first signal. A second signal makes
// the stop hard: nothing that was accepted is lost by it. A third ends the process at once.
func (c *console) run(o output, start func(context.Context, app.Options) (*app.Running, error)) error {
	running, hurried, release := interrupts(c.ctx)
	defer release()
	log := obs.NewLogger(c.stderr, o.level, o.json)
	app.CaptureLogs(log)
	r, err := start(running, app.Options{Log: log, Version: app.Version()})
	if err != nil {
		return err
	}
	err = c.attend(running, o, r)
	limited, cancel := context.WithTimeout(hurried, stopLimit)
	defer cancel()
	return errors.Join(err, r.Stop(limited))
}

// attend tells the facts and waits for the end of ctx, which is no error, or for a failure.
func (c *console) attend(ctx context.Context, o output, r *app.Running) error {
	if err := c.tell(o, r.Facts()); err != nil {
		return err
	}
	ended := make(chan error, 1)
	beside, cancel := context.WithCancel(ctx)
	if o.after == nil || o.json {
		o.after = func(context.Context, *app.Running) error { return nil }
	}
	go func() { ended <- o.after(beside, r) }()
	defer func() {
		if ended != nil {
			<-ended
		}
	}()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-r.Failed():
			return fmt.Errorf("listener failed: %w", err)
		case err := <-ended:
			ended = nil
			if err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// tell writes the facts to stdout: one JSON line, or the panel.
func (c *console) tell(o output, f app.Facts) error {
	if !o.json {
		_, err := fmt.Fprintln(c.stdout, o.panel(f))
		return err
	}
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, string(line))
	return err
}
