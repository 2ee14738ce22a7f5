package gateway_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

const (
	mantis  = id.Channel("MANTIS-M72HC")
	ours    = id.User("919984351847")
	theirs  = id.User("61371989950")
	hookKey = "hook"
)

// Plan implements gateway.Planner.
func (p *planner) Plan(ev event.Event, c channel.Channel) (store.Record, error) {
	r := store.Record{Event: ev.ID, Channel: ev.Channel, At: ev.At, Webhooks: []string{hookKey}}
	r.Type, r.Method = ev.Payload.Name()
	switch p := ev.Payload.(type) {
	case event.MessageReceived:
		r.Body = fmt.Appendf(nil, "received %s", words(p.Message.Content))
	case event.MessageSent:
		r.Body = fmt.Appendf(nil, "message %s %s", words(p.Message.Content), p.Message.Status)
	case event.MessageEdited:
		r.Body = fmt.Appendf(nil, "edited %s to %s", words(p.Before.Content), words(p.After.Content))
	case event.MessageDeleted:
		r.Body = fmt.Appendf(nil, "deleted %s", p.Message)
	case event.StatusChanged:
		r.Body = fmt.Appendf(nil, "status %s", p.Status)
	case event.UserChanged:
		r.Body = fmt.Appendf(nil, "user %s %s", p.Number, r.Method)
	case event.CodeShown:
		r.Body = fmt.Appendf(nil, "code %s", p.Text)
	case event.StateChanged:
		r.Body = fmt.Appendf(nil, "channel %s", p.State)
	}
	return r, nil
}

func words(c message.Content) string {
	switch c := c.(type) {
	case message.Text:
		return c.Body
	case message.Interactive:
		return c.Body
	case message.Media:
		return fmt.Sprintf("%s of %d bytes at %s", c.As, c.Size, c.Link)
	case message.Reply:
		return c.ID + "=" + c.Title
	}
	return string(c.Kind())
}

// house is a gateway on a real database, in a bubble of virtual time.
type house struct {
	*gateway.Gateway
	t     *testing.T
	dir   string
	db    store.Store
	net   *network
	plan  *planner
	setup func(*gateway.Options)
}

// inHouse runs a test in a bubble, with one channel, mantis, that is paired and connected.
func inHouse(t *testing.T, setup func(*gateway.Options), test func(t *testing.T, h *house)) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, dir: dir, net: newNetwork(), plan: &planner{}, setup: setup}
		h.open()
		defer h.close()
		if _, _, err := h.AddChannel(t.Context(), gateway.NewChannel{ID: mantis, Token: "token"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Login(t.Context(), mantis); err != nil {
			t.Fatal(err)
		}
		if err := h.net.session(mantis).scan(ours); err != nil {
			t.Fatal(err)
		}
		h.told()
		test(t, h)
	})
}

// open opens the database and starts a gateway on it.
func (h *house) open() {
	h.t.Helper()
	db, err := sqlite.Open(h.t.Context(), sqlite.Options{Path: filepath.Join(h.dir, "gateway.db")})
	if err != nil {
		h.t.Fatal(err)
	}
	h.db = db
	o := gateway.Options{Store: db, Backend: h.net, Planner: h.plan, Version: "test"}
	if h.setup != nil {
		h.setup(&o)
	}
	if h.Gateway, err = gateway.New(o); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// close stops the gateway, at once and the hard way, and closes the database.
func (h *house) close() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h.Stop(ctx)
	if err := h.db.Close(); err != nil {
		h.t.Error(err)
	}
}

// restart opens everything again on the same database.
func (h *house) restart() {
	h.t.Helper()
	h.close()
	h.open()
}

// say sends a text to the customer.
func (h *house) say(body string) message.Message {
	h.t.Helper()
	m, err := h.send(message.Text{Body: body})
	if err != nil {
		h.t.Fatalf("send %q: %v", body, err)
	}
	return m
}

func (h *house) send(c message.Content) (message.Message, error) {
	return h.Send(h.t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: c})
}

// now returns the message as it is stored.
func (h *house) now(m id.Message) message.Message {
	h.t.Helper()
	got, err := h.Message(h.t.Context(), mantis, m)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// patience is longer than the database waits before it writes what nobody waits for.
const patience = 10 * time.Millisecond

// settle lets d pass, and everything that happens in it.
func (h *house) settle(d time.Duration) {
	synctest.Wait()
	<-time.After(d + patience)
	synctest.Wait()
}

// told returns what the webhook is to hear and has not heard yet, in order.
func (h *house) told() []string {
	h.t.Helper()
	h.settle(0)
	var list []string
	for {
		fresh, err := h.db.FreshDeliveries(h.t.Context(), store.Line{Channel: mantis, Webhook: hookKey}, 0, 1)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(fresh) == 0 {
			return list
		}
		d := fresh[0]
		body, err := h.db.EventBody(h.t.Context(), d.Record.Event)
		if err != nil {
			h.t.Fatal(err)
		}
		list = append(list, string(body))
		done := store.Attempted{Delivery: d.ID, Attempt: store.Attempt{At: time.Now(), Status: 200}, State: store.Delivered}
		if err := h.db.Settle(h.t.Context(), []store.Attempted{done}, nil); err != nil {
			h.t.Fatal(err)
		}
	}
}

// wantTold compares what was told since the last time, one event per line.
func (h *house) wantTold(lines ...string) {
	h.t.Helper()
	if got := h.told(); strings.Join(got, "\n") != strings.Join(lines, "\n") {
		h.t.Errorf("told %q, want %q", got, lines)
	}
}
