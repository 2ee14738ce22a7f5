package meow_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// checkRetry checks the answer to the first retry receipt for a message: one device gets it, with
// the nodes of the first send, and reads it.
func checkRetry(t *testing.T, w *world, p *phone.Phone, x shape, e backend.Envelope) {
	t.Helper()
	sent := w.wires.await(t, e.Stanza, 2)
	if len(sent) != 2 {
		t.Errorf("%d stanzas left, want the message and one answer", len(sent))
	}
	first, again := sent[0], sent[1]
	if biz(again) != x.biz {
		t.Errorf("the answer has %d biz nodes, want %d: %s", biz(again), x.biz, again)
	}
	if got := enc(t, again)["count"]; got != "1" {
		t.Errorf("the answer's count is %v, want 1", got)
	}
	for _, attr := range []string{"type", "id"} {
		if first.Attrs[attr] != again.Attrs[attr] {
			t.Errorf("the answer's %s is %v, the first was %v", attr, again.Attrs[attr], first.Attrs[attr])
		}
	}
	if a, b := enc(t, first)["mediatype"], enc(t, again)["mediatype"]; a != b {
		t.Errorf("the answer's mediatype is %v, the first was %v", b, a)
	}
	m := read(t, p, e)
	if m.Body != "Body" || m.RetryCount != 1 || arrivals(p, e) != 1 {
		t.Errorf("%s reads %q after %d retries, %d times; want Body after one, once", p.Name(), m.Body, m.RetryCount, arrivals(p, e))
	}
	if biz := m.Biz != ""; biz != (x.biz > 0) {
		t.Errorf("%s read the biz node %q", p.Name(), m.Biz)
	}
}

// press presses the first quick reply or row that a phone draws of a message, and waits until it has
// come back. It does nothing where there is none.
func press(t *testing.T, line backendtest.Line, p *phone.Phone, e backend.Envelope) {
	t.Helper()
	m := read(t, p, e)
	if m.Biz == "" {
		return
	}
	hit := phone.Press{MessageID: m.ID}
	first := 0
	switch {
	case len(m.Sections) > 0:
		hit.Row = m.Sections[0].Rows[0].ID
	case len(m.Cards) > 0:
		hit.Card, hit.Button = &first, &first
	case m.Buttons[0].Kind == phone.ButtonQuickReply:
		hit.Button = &first
	default: // a link sends nothing
		return
	}
	before := len(line.Sink.AwaitMessages(t, 0))
	if _, err := p.Tap(backendtest.Context(t), hit); err != nil {
		t.Fatal(err)
	}
	got := line.Sink.AwaitMessages(t, before+1)[before]
	r, _ := got.Content.(message.Reply)
	if r.Title != "Yes" && r.Title != "Apple" || got.Context == nil || got.Context.QuotedID.Stanza != e.Stanza {
		t.Errorf("the press comes back as %+v, context %+v", got.Content, got.Context)
	}
}

func wipe(t *testing.T, p *phone.Phone) {
	t.Helper()
	if err := p.Wipe(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
}

// restarted closes a session and opens it again.
func restarted(t *testing.T, line backendtest.Line, b backend.Backend) backendtest.Line {
	t.Helper()
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	line = line.Reopen(t, b)
	if err := line.Connect(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	line.Sink.AwaitState(t, channel.Connected)
	return line
}

func online(t *testing.T, p *phone.Phone, on bool) {
	t.Helper()
	if err := p.SetOnline(backendtest.Context(t), on); err != nil {
		t.Fatal(err)
	}
}

func TestRetryKeepsTheNodes(t *testing.T) {
	for _, private := range []bool{true, false} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("private %v, restart %v", private, restart), func(t *testing.T) {
				retryKeepsTheNodes(t, private, restart)
			})
		}
	}
}

func retryKeepsTheNodes(whole *testing.T, private, restart bool) {
	t := whole
	w := newWorld(t)
	b := w.open(t)
	line := backendtest.Pair(t, b, w.scan)
	customer := w.customer(t, jonathan, "")
	chat := id.User(jonathan).Private()
	if !private {
		chat = w.group(t)
	}
	// A session that works, which is then lost on one side.
	e := line.Post(t, backend.Draft{Chat: chat, Content: message.Text{Body: "before"}})
	await(t, w, customer, e)
	for _, x := range shapes() {
		t.Run(x.recipe, func(t *testing.T) {
			w.pass(2 * time.Minute) // a session that was built anew is trusted for a while
			online(t, customer, false)
			wipe(t, customer)
			e := line.Post(t, x.to(chat))
			if restart {
				line = restarted(whole, line, b)
			}
			online(t, customer, true)
			await(t, w, customer, e)
			checkRetry(t, w, customer, x, e)
			legacyList := x.recipe == "r3" || x.recipe == "r3-bare-opaque"
			if m := read(t, customer, e); m.Drawn != (private || !legacyList) { // no app draws these in a group
				t.Errorf("drawn %v: %q", m.Drawn, m.Warnings)
			}
			if read(t, customer, e).Drawn {
				press(t, line, customer, e)
			}
		})
	}
}

// A phone that was set up anew asks for everything it missed at once.
func TestRetriesOfManyMessages(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	to := id.User(jonathan)
	e := line.Post(t, backendtest.Text(to, "before"))
	line.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	online(t, customer, false)
	wipe(t, customer)
	var all []backend.Envelope
	for i := range 12 {
		all = append(all, line.Post(t, backendtest.Text(to, fmt.Sprint("missed ", i))))
	}
	online(t, customer, true)
	for i, e := range all {
		await(t, w, customer, e)
		if m := read(t, customer, e); m.Body != fmt.Sprint("missed ", i) || m.RetryCount != 1 {
			t.Errorf("message %d reads %q after %d retries, want one", i, m.Body, m.RetryCount)
		}
	}
}

// The phone of the business number itself may lose its sessions too.
func TestRetryOfTheOwnPhone(t *testing.T) {
	for name, tc := range map[string]struct{ private, restart bool }{
		"private": {true, false}, "private, restart": {true, true}, "group": {false, false}, "group, restart": {false, true},
	} {
		t.Run(name, func(t *testing.T) { retryOfTheOwnPhone(t, tc.private, tc.restart) })
	}
}

func retryOfTheOwnPhone(whole *testing.T, private, restart bool) {
	t := whole
	w := newWorld(t)
	b := w.open(t)
	line := backendtest.Pair(t, b, w.scan)
	own, ok := w.book.Phone(business)
	if !ok {
		t.Fatal("the business number has no phone")
	}
	chat := id.User(jonathan).Private()
	if !private {
		chat = w.group(t)
	}
	await(t, w, own, line.Post(t, backend.Draft{Chat: chat, Content: message.Text{Body: "before"}}))
	for _, x := range shapes() {
		t.Run(x.recipe, func(t *testing.T) {
			w.pass(2 * time.Minute)
			online(t, own, false)
			wipe(t, own)
			e := line.Post(t, x.to(chat))
			if restart {
				line = restarted(whole, line, b)
			}
			online(t, own, true)
			await(t, w, own, e)
			checkRetry(t, w, own, x, e)
			if !read(t, own, e).FromMe {
				t.Error("the own phone takes the message for somebody else's")
			}
		})
	}
}

// Where WhatsApp takes no nodes on a retry, a message without them is better than none. Each such loss
// is counted.
func TestRetryThatIsRefusedIsLeftToTheLibrary(t *testing.T) {
	w := newWorld(t)
	var losses counter
	w.log = slog.New(&losses)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	for i, chat := range []id.Chat{id.User(jonathan).Private(), w.group(t)} {
		x := shapes()[1]
		w.pass(2 * time.Minute)
		await(t, w, customer, line.Post(t, x.to(chat)))
		online(t, customer, false)
		wipe(t, customer)
		w.net.Faults().NackRetries(479, 1)
		e := line.Post(t, x.to(chat))
		online(t, customer, true)
		await(t, w, customer, e)
		if m := read(t, customer, e); m.Body != "Body" || m.Biz != "" {
			t.Errorf("the customer reads %q with the node %q, want Body without", m.Body, m.Biz)
		}
		if got := losses.total.Load(); got != int64(i+1) {
			t.Errorf("%d losses counted, want %d", got, i+1)
		}
	}
}

// counter reads from the log how many messages were left to the library.
type counter struct{ total atomic.Int64 }

func (*counter) Enabled(context.Context, slog.Level) bool { return true }
func (c *counter) WithAttrs([]slog.Attr) slog.Handler     { return c }
func (c *counter) WithGroup(string) slog.Handler          { return c }

func (c *counter) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if r.Level == slog.LevelError && a.Key == "total" {
			c.total.Store(a.Value.Int64())
		}
		return true
	})
	return nil
}

// The connection may break while an answer is under way.
func TestRetryOverACut(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	x := shapes()[1]
	e := line.Post(t, x.to(id.User(jonathan).Private()))
	line.Sink.AwaitStatus(t, e.Stanza, message.Delivered)
	online(t, customer, false)
	wipe(t, customer)
	e = line.Post(t, x.to(id.User(jonathan).Private()))
	w.net.Faults().CutBeforeAck(business, 1)
	online(t, customer, true)
	await(t, w, customer, e)
	for _, again := range w.wires.await(t, e.Stanza, 3)[1:] { // the answer, and its copy
		if biz(again) != 1 || enc(t, again)["count"] != "1" {
			t.Errorf("an answer with %d biz nodes and count %v, want 1 and 1", biz(again), enc(t, again)["count"])
		}
	}
	if n := arrivals(customer, e); n != 1 {
		t.Errorf("the customer holds the message %d times", n)
	}
}
