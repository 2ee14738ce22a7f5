package webhook_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/netguard"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/webhook"
)

const mantis = id.Channel("MANTIS-M72HC")

// desk is a webhook service on a real database, with real receivers and a clock of its own.
type desk struct {
	*webhook.Service
	t     *testing.T
	path  string
	db    *sqlite.Store
	clock *clock
	log   *lockedText
	setup func(*webhook.Options)

	mu       sync.Mutex
	settings channel.Settings
	// ends tells how each attempt was recorded, in order.
	ends chan end
}

// end is how an attempt, or a line, was recorded.
type end struct {
	how  string // delivered, retry, given up, cancelled
	a    store.Attempt
	wait time.Duration // from the end of the attempt to the next one
}

func newDesk(t *testing.T, setup func(*webhook.Options), hooks ...channel.Webhook) *desk {
	t.Helper()
	d := &desk{
		t: t, path: filepath.Join(t.TempDir(), "gateway.db"), clock: &clock{now: time.Now().UTC()},
		log: &lockedText{}, setup: setup, settings: channel.DefaultSettings(),
	}
	d.settings.Webhooks = hooks
	d.open()
	err := d.db.AddChannel(t.Context(), channel.Channel{ID: mantis, CreatedAt: d.clock.Now()}, store.TokenHash{1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.close() })
	return d
}

// open opens the database and starts a service on it.
func (d *desk) open() {
	d.t.Helper()
	var err error
	if d.db, err = sqlite.Open(d.t.Context(), sqlite.Options{Path: d.path}); err != nil {
		d.t.Fatal(err)
	}
	d.ends = make(chan end, 1000)
	o := webhook.Options{
		Store: &diary{Store: d.db, ends: d.ends}, Settings: d.now, Now: d.clock.Now, Version: "9.9",
		Render:    func(ev event.Event, _ id.User) ([]byte, error) { return []byte(text(ev)), nil },
		Transport: netguard.Transport(netguard.Options{AllowLoopback: true}),
		Log:       slog.New(slog.NewTextHandler(d.log, nil)),
	}
	if d.setup != nil {
		d.setup(&o)
	}
	if d.Service, err = webhook.New(o); err != nil {
		d.t.Fatal(err)
	}
	if err := d.Start(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// close stops the service the hard way and closes the database.
func (d *desk) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d.Stop(ctx)
	if err := d.db.Close(); err != nil {
		d.t.Error(err)
	}
}

func (d *desk) now(context.Context, id.Channel) (channel.Settings, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settings, nil
}

// change alters the settings, as the gateway does it.
func (d *desk) change(do func(s *channel.Settings)) {
	d.mu.Lock()
	do(&d.settings)
	d.mu.Unlock()
	d.Wake(mantis)
}

// tell makes an event durable and wakes the service, as the gateway does it.
func (d *desk) tell(body string) id.Event { return d.tellOf(received(body)) }

func (d *desk) tellOf(p event.Payload) id.Event {
	d.t.Helper()
	s, _ := d.now(d.t.Context(), mantis)
	ev := event.Event{ID: id.NewEvent(), Channel: mantis, At: d.clock.Now(), Payload: p}
	rec, err := d.Plan(ev, channel.Channel{ID: mantis, Settings: s})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.db.Tell(d.t.Context(), rec); err != nil {
		d.t.Fatal(err)
	}
	d.Wake(mantis)
	return ev.ID
}

func received(body string) event.Payload {
	return event.MessageReceived{Message: message.Message{
		ID:      id.Message{Stanza: "3A0102030405060708FF", Chat: id.User("61371989950").Private()},
		Content: message.Text{Body: body},
	}}
}

func text(ev event.Event) string {
	switch p := ev.Payload.(type) {
	case event.MessageReceived:
		return p.Message.Content.(message.Text).Body
	case event.StatusChanged:
		return string(p.Status)
	}
	return "?"
}

// end waits for the next record of an attempt.
func (d *desk) end(how string) end {
	d.t.Helper()
	select {
	case e := <-d.ends:
		if e.how != how {
			d.t.Fatalf("recorded as %s, want %s: %+v", e.how, how, e.a)
		}
		return e
	case <-time.After(10 * time.Second):
		d.t.Fatalf("nothing was recorded as %s", how)
		return end{}
	}
}

// pass lets time go by and wakes who waits for it.
func (d *desk) pass(by time.Duration) {
	d.clock.pass(by)
	d.Wake(mantis)
}

// diary notes what the service records.
type diary struct {
	*sqlite.Store
	ends  chan end
	mu    sync.Mutex
	fails int // how many records shall fail
}

func (d *diary) Settle(ctx context.Context, outcomes []store.Attempted, fared []store.Webhook) error {
	d.mu.Lock()
	fails := d.fails > 0
	d.fails--
	d.mu.Unlock()
	if fails {
		return errors.New("disk on fire")
	}
	if err := d.Store.Settle(ctx, outcomes, fared); err != nil {
		return err
	}
	for _, o := range outcomes {
		e := end{a: o.Attempt, how: map[store.DeliveryState]string{store.Delivered: "delivered", store.Open: "retry", store.Dead: "given up"}[o.State]}
		if o.State == store.Open {
			e.wait = o.Next.Sub(o.Attempt.At.Add(o.Attempt.Took))
		}
		d.ends <- e
	}
	return nil
}

func (d *diary) CancelLine(ctx context.Context, l store.Line, after int64, limit int) (int, int64, error) {
	n, last, err := d.Store.CancelLine(ctx, l, after, limit)
	if n > 0 {
		d.ends <- end{how: "cancelled"}
	}
	return n, last, err
}

// receiver is a program that webhooks are sent to.
type receiver struct {
	*httptest.Server
	got chan request
}

// request is what a receiver got.
type request struct {
	method, target, host, body string
	header                     http.Header
}

// newReceiver starts a receiver that answers in the given way, 200 without one.
func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{got: make(chan request, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		r.got <- request{q.Method, q.RequestURI, q.Host, string(body), q.Header}
		if answer != nil {
			answer(w, q)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// next waits for the next request.
func (r *receiver) next(t *testing.T) request {
	t.Helper()
	select {
	case q := <-r.got:
		return q
	case <-time.After(10 * time.Second):
		t.Fatal("no request came")
		return request{}
	}
}

// answers answers with these statuses, one after the other, and then with 200.
func answers(statuses ...int) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if len(statuses) > 0 {
			w.WriteHeader(statuses[0])
			statuses = statuses[1:]
		}
	}
}

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lockedText collects a log.
type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
