// Package webhook brings events to the programs that asked for them. Every delivery is a row
// before it is a request, and stays one until a receiver has said yes or three days are over: a
// request may come twice, but none is forgotten.
//
// Each webhook of a channel has a line of its own. Events of one chat are told one after the other,
// those of different chats at the same time, up to a bound. A delivery that failed leaves the line and
// comes back when its time has come; those behind it go on. A webhook that goes on failing is asked
// now and then whether it is back, with one delivery; the others wait and lose none of their attempts.
//
// A line that has nothing to do is a few hundred bytes and a timer at most: no goroutine waits for it.
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

// Store is what the service needs of the database.
type Store interface {
	store.Deliveries
	store.DeliveryLog
	store.Webhooks
}

// Options configure a Service. Store, Settings and Render are required.
type Options struct {
	Store Store
	// Settings returns what the channel wants at this moment. While it fails, deliveries wait; when it
	// says fault.NotFound, the channel is gone, and its lines with it.
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
	// PerWebhook is how many requests one webhook gets at the same time. 0 means 8.
	PerWebhook int
	// Total is how many requests are made at the same time. Half of them are kept for webhooks that have
	// none under way, so that those with slow receivers can't take all. 0 means 256.
	Total int
	// Batch is how many attempts are recorded in one transaction. 0 means 128.
	Batch int
	// Version stands in the User-Agent; "" means "dev".
	Version string
}

func (o Options) withDefaults() Options {
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
	if o.PerWebhook == 0 {
		o.PerWebhook = 8
	}
	if o.Total == 0 {
		o.Total = 256
	}
	if o.Batch == 0 {
		o.Batch = 128
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// Service plans deliveries and makes them. It is safe for concurrent use.
type Service struct {
	Options
	client *http.Client
	slots  slots
	bodies bodies

	// mu guards the fields below. Nothing blocks under it.
	mu    sync.Mutex
	phase phase
	lines map[id.Channel]map[string]*line // by channel and key

	// tasks are the lines at work, the attempts and the janitor; recorder outlives them.
	tasks, recorder sync.WaitGroup
	records         chan record

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
	o = o.withDefaults()
	return &Service{
		Options: o,
		client: &http.Client{
			Transport: o.Transport,
			// A redirect is an answer, and not the one that counts as success.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		slots:   newSlots(o.Total),
		lines:   map[id.Channel]map[string]*line{},
		records: make(chan record, o.Batch),
	}, nil
}

// Start sets the lines going that have open deliveries.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != fresh {
		return errors.New("webhook: started or stopped before")
	}
	open, err := s.Store.OpenLines(ctx)
	if err != nil {
		return fmt.Errorf("find open deliveries: %w", err)
	}
	s.hard, s.cut = context.WithCancel(context.WithoutCancel(ctx))
	s.soft, s.end = context.WithCancel(s.hard)
	s.phase = running
	s.recorder.Go(s.keepRecords)
	s.tasks.Go(s.keepTidy)
	for _, l := range open {
		s.line(l)
	}
	for ch := range s.lines { // also those that were planned before
		s.wake(ch)
	}
	return nil
}

// Stop lets the requests under way finish; when ctx ends, it cuts them off. What was not confirmed
// is delivered after the next start.
func (s *Service) Stop(ctx context.Context) error {
	s.mu.Lock()
	first := s.phase == running
	if first {
		s.end()
		defer s.cut()
	}
	s.phase = stopped
	s.mu.Unlock()

	idle := make(chan struct{})
	go func() {
		defer close(idle)
		s.tasks.Wait()
		if first {
			close(s.records)
		}
		s.recorder.Wait()
	}()
	defer s.client.CloseIdleConnections()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		if s.cut != nil {
			s.cut()
		}
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

// wake sets the lines of a channel going. mu is held.
func (s *Service) wake(ch id.Channel) {
	for _, l := range s.lines[ch] {
		l.expected, l.news = false, true
		s.rouse(l)
	}
}

// rouse sets a line going, or has it look again. mu is held.
func (s *Service) rouse(l *line) {
	if s.phase != running {
		return
	}
	l.poke()
	if l.active {
		return
	}
	l.active = true
	if l.timer != nil {
		l.timer.Stop()
	}
	s.tasks.Go(l.run)
}

// line returns the line of that name, which it makes if need be. mu is held.
func (s *Service) line(name store.Line) *line {
	lines := s.lines[name.Channel]
	if lines == nil {
		lines = map[string]*line{}
		s.lines[name.Channel] = lines
	}
	l := lines[name.Webhook]
	if l == nil {
		l = newLine(s, name)
		lines[name.Webhook] = l
	}
	return l
}
