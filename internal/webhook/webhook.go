// Package webhook brings events to the programs that asked for them. Every delivery is a row
// before it is a request, and stays one until a receiver has said yes or three days are over: a
// request may come twice, but none is forgotten.
//
// Each webhook of a channel has a line of its own, and each line a worker, so that a slow receiver
// delays nobody else. A delivery that failed leaves the line and comes back when its time has come;
// those behind it go on.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/lifecycle"
	"tapgate/internal/netguard"
	"tapgate/internal/store"
)

// Options configure a Service. Store, Settings and Render are required.
type Options struct {
	Store store.Deliveries
	// Settings returns what the channel wants at this moment. While it fails, deliveries wait.
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
	// Version stands in the User-Agent; "" means "dev".
	Version string
}

// Service plans deliveries and makes them. It is safe for concurrent use.
type Service struct {
	Options
	client *http.Client

	// mu guards the fields below. Nothing blocks under it.
	mu      sync.Mutex
	phase   phase
	workers map[id.Channel]map[string]*worker // by channel and key
	tasks   sync.WaitGroup

	// Both contexts are set by Start. soft ends when nothing new may begin, hard when what is under
	// way has to end too.
	soft, hard context.Context
	end, cut   context.CancelFunc
}

// phase is how far the service is in its life.
type phase int

const (
	fresh phase = iota
	running
	stopped
)

var _ lifecycle.Service = (*Service)(nil)

// New returns a service that is not started: it plans, but delivers nothing.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Settings == nil || o.Render == nil {
		return nil, errors.New("webhook: Store, Settings and Render are required")
	}
	if o.Transport == nil {
		o.Transport = netguard.Transport(netguard.Options{})
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return &Service{
		Options: o,
		client: &http.Client{
			Transport: o.Transport,
			// A redirect is an answer, and not the one that counts as success.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		workers: map[id.Channel]map[string]*worker{},
	}, nil
}

// Start starts the workers of the lines that have open deliveries.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != fresh {
		return errors.New("webhook: started or stopped before")
	}
	lines, err := s.Store.OpenLines(ctx)
	if err != nil {
		return fmt.Errorf("find open deliveries: %w", err)
	}
	s.hard, s.cut = context.WithCancel(context.WithoutCancel(ctx))
	s.soft, s.end = context.WithCancel(s.hard)
	s.phase = running
	for _, l := range lines {
		s.expect(l)
	}
	for ch := range s.workers { // also those that were planned before
		s.wake(ch)
	}
	return nil
}

// Stop lets the requests under way finish; when ctx ends, it cuts them off. What was not confirmed
// is delivered after the next start.
func (s *Service) Stop(ctx context.Context) error {
	s.mu.Lock()
	if s.phase == running {
		s.end()
		defer s.cut()
	}
	s.phase = stopped
	s.mu.Unlock()

	idle := make(chan struct{})
	go func() {
		s.tasks.Wait()
		close(idle)
	}()
	defer s.client.CloseIdleConnections()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		s.cut()
		<-idle
		return ctx.Err()
	}
}

// Wake says that the channel has new deliveries, or that its webhooks have changed. It returns at
// once.
func (s *Service) Wake(ch id.Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake(ch)
}

// wake starts or pokes the workers of a channel. mu is held.
func (s *Service) wake(ch id.Channel) {
	if s.phase != running {
		return
	}
	for _, w := range s.workers[ch] {
		w.expected = false
		if !w.started {
			w.started = true
			s.tasks.Go(w.run)
		}
		w.poke()
	}
}

// expect makes sure that a line has a worker, which the next wake sets going. mu is held.
func (s *Service) expect(l store.Line) {
	lines := s.workers[l.Channel]
	if lines == nil {
		lines = map[string]*worker{}
		s.workers[l.Channel] = lines
	}
	w := lines[l.Webhook]
	if w == nil {
		w = &worker{Service: s, line: l, token: make(chan struct{}, 1)}
		lines[l.Webhook] = w
	}
	w.expected = true
}

// retire takes a worker off whose webhook is gone, unless there is news for it.
func (s *Service) retire(w *worker) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.expected || len(w.token) > 0 {
		return false
	}
	delete(s.workers[w.line.Channel], w.line.Webhook)
	return true
}
