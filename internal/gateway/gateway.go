// Package gateway holds the use cases: what a program can ask of a channel, and what happens when
// WhatsApp has something to tell. It decides what is sent and remembers it; how that looks on the
// wire is the backend's business, who hears of it is the planner's.
//
// Each channel has one actor, which owns everything about the channel that changes.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/lifecycle"
	"tapgate/internal/store"
)

// Options configure a Gateway. Store, Backend and Planner are required.
type Options struct {
	Store   store.Store
	Backend backend.Backend
	Planner Planner
	// Media keeps files. nil refuses messages that carry some.
	Media MediaStore
	// AckWait is how long Send waits for WhatsApp's ack before it answers "pending". 0 means 5 s,
	// a negative value not at all.
	AckWait time.Duration
	// MaxQueue is how many messages may wait in one channel. 0 means 10,000.
	MaxQueue int
	// Expiry is the age at which a message that could not leave fails. 0 means 24 h.
	Expiry time.Duration
	// KeepMessages is the age at which messages are deleted; 0 keeps them.
	KeepMessages time.Duration
	// Log takes what operators should know. nil logs nothing.
	Log *slog.Logger
	// Now is the clock. nil means time.Now.
	Now func() time.Time
	// Elapsed counts the time from some moment on, whatever becomes of the clock. nil counts the
	// process's own, which stands still while the machine sleeps.
	Elapsed func() time.Duration
	// Version is the program's own version, as Health tells it.
	Version string
}

// Planner decides who hears of an event. It does not do I/O.
type Planner interface {
	// Plan renders the event of a channel and names the webhooks that want it.
	Plan(ev event.Event, c channel.Channel) (store.Record, error)
	// Wake says that the channel has new deliveries, or that its webhooks have changed. It returns
	// at once and does not call the gateway.
	Wake(ch id.Channel)
}

// Gateway is the whole of the use cases. It is safe for concurrent use.
type Gateway struct {
	Options

	// mu guards the fields below.
	mu     sync.RWMutex
	phase  phase
	actors map[id.Channel]*actor

	// Both contexts are set by Start. soft ends when nothing new may begin, hard when what is under
	// way has to end too.
	soft, hard context.Context
	end, cut   context.CancelFunc

	sweeper sync.WaitGroup
	// removed holds a token when a channel was removed.
	removed chan struct{}

	clock
}

// phase is how far the service is in its life.
type phase int

const (
	fresh phase = iota
	running
	stopped
)

var _ lifecycle.Service = (*Gateway)(nil)

// New returns a gateway that is not started: it can add channels and tell about them, no more.
func New(o Options) (*Gateway, error) {
	if o.Store == nil || o.Backend == nil || o.Planner == nil {
		return nil, errors.New("gateway: Store, Backend and Planner are required")
	}
	if o.AckWait == 0 {
		o.AckWait = 5 * time.Second
	}
	if o.MaxQueue == 0 {
		o.MaxQueue = 10000
	}
	if o.Expiry == 0 {
		o.Expiry = 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Elapsed == nil {
		began := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(began) }
	}
	return &Gateway{Options: o, actors: map[id.Channel]*actor{}, removed: make(chan struct{}, 1), clock: clock{o.Now(), o.Elapsed()}}, nil
}

// actor returns the actor of a channel, or a fault of kind NotFound.
func (g *Gateway) actor(ch id.Channel) (*actor, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.phase != running {
		return nil, errNotRunning()
	}
	if a := g.actors[ch]; a != nil && !a.removed.Load() {
		return a, nil
	}
	return nil, errNoChannel()
}

func errNotRunning() error {
	return &fault.Error{Kind: fault.Unavailable, Message: "The gateway is not running", RetryAfter: 5 * time.Second}
}

func errNoChannel() error { return fault.New(fault.NotFound, "Channel not found") }
