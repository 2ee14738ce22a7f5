package gateway

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// actor owns everything about one channel that changes while the program runs. Who may touch what:
//
//   - view is what everybody reads: an immutable snapshot. It is replaced only by change, under mu.
//   - mu is held over the database write that belongs to a change, so that rows, events and views
//     change in one order. Calls of the sink take it, hence it is never held while a session is
//     opened, connected or closed.
//   - control serialises just that: opening, connecting, unpairing, closing. It is taken before mu,
//     and never by a call of the sink, because closing a session waits for those.
//   - changes is held by what changes a message that came in, and shared by messages that come in, so
//     that neither misses the other. Nothing else is locked under it.
//   - line has a lock of its own, under which nothing blocks.
//   - serve, one goroutine, is the only one that sends; settle, another, is the only one that ends
//     rows of the outbox, behind serve.
type actor struct {
	*Gateway
	id        id.Channel
	startedAt time.Time
	// removed says that the channel is no more.
	removed atomic.Bool

	// Both contexts end with those of the gateway, or when the channel is removed. soft ends when
	// nothing new may begin, hard when what is under way has to end too.
	soft, hard context.Context
	end, cut   context.CancelFunc

	line     *line
	endings  chan *ending   // from serve to settle
	lastLeft time.Time      // when serve handed over the last message
	done     chan struct{}  // closed when serve and settle have ended
	arrived  chan struct{}  // holds a token when a file may wait to be fetched
	fetching atomic.Bool    // whether somebody fetches files
	tasks    sync.WaitGroup // started by spawn

	control sync.Mutex
	closed  bool // guarded by control: no session is opened any more

	changes sync.RWMutex

	mu   sync.Mutex
	view atomic.Pointer[view]
}

// view is what is known of a channel at one moment. It is never changed, only replaced.
type view struct {
	channel channel.Channel
	state   channel.State
	why     why
	until   time.Time // end of a temporary ban
	ended   why       // of the last pairing; empty while paired, and when it was asked for
	// session is the open session, nil when there is none; link is what it was opened with. Calls
	// of an older link come too late and don't count.
	session backend.Session
	link    *link
	// live says that the session is on its way somewhere, or there. It is not when it has given up.
	live bool
	qr   Login
	// changed is closed when the view is replaced.
	changed chan struct{}
}

// why says what a state comes from: the code of a trouble, and its sentence for people. It is empty
// where nothing is wrong.
type why struct{ fault, reason string }

// explained is why the channel is not connected, also while it is being paired anew.
func (v *view) explained() why {
	if v.why.reason == "" {
		return v.ended
	}
	return v.why
}

func newActor(g *Gateway, c channel.Channel, waiting int) *actor {
	a := &actor{Gateway: g, id: c.ID, startedAt: g.Now(), line: newLine(waiting)}
	a.endings, a.done = make(chan *ending, maxUnsettled/2), make(chan struct{})
	a.arrived = make(chan struct{}, 1)
	v := &view{channel: c, state: channel.Idle, changed: make(chan struct{})}
	if c.Ended != "" {
		t := channel.Ended(c.Ended)
		v.state, v.ended = channel.Unpaired, why{t.Code, t.Reason()}
	}
	a.view.Store(v)
	return a
}

// change replaces the view by one that do has altered, unless do fails.
func (a *actor) change(do func(v *view) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.view.Load()
	v := *old
	v.changed = make(chan struct{})
	if err := do(&v); err != nil {
		return err
	}
	a.view.Store(&v)
	close(old.changed)
	return nil
}

// spawn runs a task that Stop waits for. It is called by sink calls and before Stop only.
func (a *actor) spawn(task func()) { a.tasks.Go(task) }

// pause waits for d, and reports false when the gateway stops before that.
func (a *actor) pause(d time.Duration) bool {
	return a.await(nil, d) == nil
}

// await waits until changed is closed or d is over, whichever comes first. d <= 0 means for ever.
// The error says that the gateway stops.
func (a *actor) await(changed <-chan struct{}, d time.Duration) error {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-changed:
		return nil
	case <-over:
		return nil
	case <-a.soft.Done():
		return a.soft.Err()
	}
}

// plan makes a record of something that happened on the channel now.
func (a *actor) plan(c channel.Channel, p event.Payload) (store.Record, error) {
	return a.Planner.Plan(event.Event{ID: id.NewEvent(), Channel: a.id, At: a.Now().UTC(), Payload: p}, c)
}

// live gives the actor a life within that of the gateway.
func (a *actor) live() {
	a.hard, a.cut = context.WithCancel(a.Gateway.hard)
	a.soft, a.end = context.WithCancel(a.Gateway.soft)
}

// shut ends the sender, softly until ctx ends, and then the session and the tasks. It is false
// when ctx ended first.
func (a *actor) shut(ctx context.Context) (soft bool) {
	a.end()
	defer a.cut()
	select {
	case <-a.done:
		soft = true
	case <-ctx.Done():
		a.cut()
		<-a.done
	}
	a.control.Lock()
	a.closed = true
	a.closeSession()
	a.control.Unlock()
	a.tasks.Wait()
	return soft
}
