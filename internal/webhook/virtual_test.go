package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/webhook"
)

// virtual is a webhook service in virtual time: a real database in memory, and a real HTTP server
// behind connections in memory, since a real network would not wait for the clock.
type virtual struct {
	*webhook.Service
	t    *testing.T
	db   *sqlite.Store
	pipe *pipe
	web  *http.Server

	mu       sync.Mutex
	settings channel.Settings
	answer   func(q hit) (status int, header http.Header)
	hits     []hit
	began    time.Time
	ended    chan struct{} // closed when the test is over
}

// hit is one request.
type hit struct {
	at         time.Duration // since the beginning
	body, host string
	id         string
}

// inVirtualTime runs a test with a service that tells these webhooks. The receiver answers 200 until
// the test says something else.
func inVirtualTime(t *testing.T, hooks []channel.Webhook, do func(t *testing.T, v *virtual)) {
	synctest.Test(t, func(t *testing.T) {
		v := &virtual{t: t, pipe: newPipe(), settings: channel.DefaultSettings(), began: time.Now(), ended: make(chan struct{})}
		v.settings.Webhooks = hooks
		v.web = &http.Server{Handler: http.HandlerFunc(v.serve)}
		go v.web.Serve(v.pipe)
		var err error
		if v.db, err = sqlite.Open(t.Context(), sqlite.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := v.db.AddChannel(t.Context(), channel.Channel{ID: mantis, CreatedAt: time.Now()}, store.TokenHash{1}); err != nil {
			t.Fatal(err)
		}
		v.start()
		defer func() { // a bubble has to be left empty, also by a test that fails
			close(v.ended)
			v.stop()
			v.web.Close()
			if err := v.db.Close(); err != nil {
				t.Error(err)
			}
		}()
		do(t, v)
	})
}

func (v *virtual) start() {
	v.t.Helper()
	var err error
	v.Service, err = webhook.New(webhook.Options{
		Store: v.db,
		Settings: func(context.Context, id.Channel) (channel.Settings, error) {
			v.mu.Lock()
			defer v.mu.Unlock()
			return v.settings, nil
		},
		Render:    func(ev event.Event, _ id.User) ([]byte, error) { return []byte(text(ev)), nil },
		Transport: &http.Transport{DialContext: v.pipe.dial, MaxIdleConnsPerHost: 32},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.Start(v.t.Context()); err != nil {
		v.t.Fatal(err)
	}
}

func (v *virtual) stop() {
	v.t.Helper()
	if err := v.Stop(context.Background()); err != nil {
		v.t.Error(err)
	}
}

func (v *virtual) serve(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	h := hit{at: time.Since(v.began), body: string(body), host: q.Host, id: q.Header.Get("webhook-id")}
	v.mu.Lock()
	v.hits = append(v.hits, h)
	answer := v.answer
	v.mu.Unlock()
	if answer == nil {
		return
	}
	status, header := answer(h)
	for name := range header {
		w.Header().Set(name, header.Get(name))
	}
	w.WriteHeader(status)
}

// now says how the receiver answers from now on.
func (v *virtual) now(answer func(q hit) (int, http.Header)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answer = answer
}

func always(status int) func(hit) (int, http.Header) {
	return func(hit) (int, http.Header) { return status, nil }
}

// told makes an event of a chat durable.
func (v *virtual) told(chat int, body string) {
	v.t.Helper()
	v.mu.Lock()
	settings := v.settings
	v.mu.Unlock()
	rec, err := v.Plan(event.Event{ID: id.NewEvent(), Channel: mantis, At: time.Now().UTC(), Payload: event.MessageReceived{Message: message.Message{
		ID:      id.Message{Stanza: "3A0102030405060708FF", Chat: id.User(strconv.Itoa(61371989950 + chat)).Private()},
		Content: message.Text{Body: body},
	}}}, channel.Channel{ID: mantis, Settings: settings})
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.db.Tell(v.t.Context(), rec); err != nil {
		v.t.Fatal(err)
	}
	v.Wake(mantis)
}

// pass lets time go by, and what happens in it come to rest.
func (v *virtual) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// taken returns the requests since the last time.
func (v *virtual) taken() []hit {
	synctest.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	hits := v.hits
	v.hits = nil
	return hits
}

func (v *virtual) states() map[store.DeliveryState]int {
	v.t.Helper()
	list, _, err := v.Deliveries(v.t.Context(), mantis, store.DeliveryQuery{Limit: 500})
	if err != nil {
		v.t.Fatal(err)
	}
	states := map[store.DeliveryState]int{}
	for _, d := range list {
		states[d.State]++
	}
	return states
}

func (v *virtual) wantStates(want map[store.DeliveryState]int) {
	v.t.Helper()
	if got := v.states(); fmt.Sprint(got) != fmt.Sprint(want) {
		v.t.Errorf("deliveries %v, want %v", got, want)
	}
}

func (v *virtual) health() webhook.Health {
	v.t.Helper()
	list, err := v.Webhooks(v.t.Context(), mantis)
	if err != nil {
		v.t.Fatal(err)
	}
	return list[0]
}

// pipe is a network in memory.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }
