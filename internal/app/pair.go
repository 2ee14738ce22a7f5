package app

import (
	"context"
	"fmt"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// look is how often the state of a channel is looked at while something waits for it.
const look = 10 * time.Millisecond

// Pairing is what there is to scan.
type Pairing struct {
	// Code is the text to show as a QR code.
	Code string
	// Until is when another one takes its place.
	Until time.Time
}

// Pair shows a code whenever there is a new one, until the first channel is paired, and returns the
// paired number. It returns at once when the channel is paired already.
func (r *Running) Pair(ctx context.Context, show func(Pairing)) (number string, err error) {
	ch := id.Channel(r.facts.ChannelID)
	shown := ""
	for {
		h, err := r.engine.gateway.Health(ctx, ch)
		switch {
		case err != nil:
			return "", err
		case h.Channel.Paired():
			return string(h.Channel.Number), nil
		}
		code, err := r.engine.gateway.Login(ctx, ch)
		switch {
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Unavailable):
		case err != nil:
			return "", err
		case code.QR != shown:
			shown = code.QR
			show(Pairing{Code: code.QR, Until: code.ExpiresAt})
		}
		if err := wait(ctx, time.Second); err != nil {
			return "", err
		}
	}
}

// connect waits until the channel is connected, and lets scan pair it as often as it takes: the
// network may have forgotten a pairing that the gateway remembers.
func (e *engine) connect(ctx context.Context, ch id.Channel, scan func(ctx context.Context, qr string) error) error {
	for {
		h, err := e.gateway.Health(ctx, ch)
		switch {
		case err != nil:
			return err
		case h.State == channel.Connected:
			return nil
		case !h.Channel.Paired():
			if err := e.pair(ctx, ch, scan); err != nil {
				return err
			}
		}
		if err := wait(ctx, look); err != nil {
			return fmt.Errorf("channel is %s (%s): %w", h.State, h.Reason, err)
		}
	}
}

// pair scans one login code.
func (e *engine) pair(ctx context.Context, ch id.Channel, scan func(ctx context.Context, qr string) error) error {
	code, err := e.gateway.Login(ctx, ch)
	if fault.Is(err, fault.Conflict) {
		return nil // paired meanwhile
	}
	if err != nil {
		return fmt.Errorf("login code: %w", err)
	}
	if err := scan(ctx, code.QR); err != nil {
		return fmt.Errorf("scan login code: %w", err)
	}
	// The scan is over before the client knows of it: the same code must not be scanned again.
	for {
		h, err := e.gateway.Health(ctx, ch)
		if err != nil || h.Channel.Paired() || h.State.Terminal() {
			return err
		}
		if err := wait(ctx, look); err != nil {
			return fmt.Errorf("scanned, but not paired: %w", err)
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
