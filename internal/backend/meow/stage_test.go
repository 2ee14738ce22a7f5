package meow_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.uber.org/goleak"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/backend/meow"
	"tapgate/internal/id"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

const (
	business = "919984351847"
	jonathan = "61371989950"
	mary     = "61371989951"
)

// TestMain makes all tests of this process speak to networks of one seed: the key that the library
// trusts is one for the process.
func TestMain(m *testing.M) {
	meow.QuietLogs(slog.New(slog.DiscardHandler))
	n, err := sandbox.Open(sandbox.Options{})
	if err != nil {
		panic(err)
	}
	if err := meow.UseNetwork(n.RootKey()); err != nil {
		panic(err)
	}
	if err := n.Close(); err != nil {
		panic(err)
	}
	if order := os.Getenv(killOrder); order != "" {
		sendUntilKilled(order)
		return
	}
	before := goleak.IgnoreCurrent()
	code := m.Run()
	if code == 0 {
		// whatsmeow leaves its read pump behind when a frame arrives while it disconnects, and its
		// reconnect may sleep through a disconnect for two seconds.
		pump := goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).readPump")
		reconnect := goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow.(*Client).autoReconnect")
		if err := goleak.Find(before, pump, reconnect); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// world is an emulated network with phones on it, and a backend that keeps its sessions in a file.
type world struct {
	net   *sandbox.Network
	book  *phone.Book
	path  string
	wires *wires
	log   *slog.Logger // of the backend; nil discards it
	// layers of the database; the zero value is all of them.
	layers meow.Layers
	ahead  atomic.Int64 // how far the backend's clock is ahead, in nanoseconds
}

// pass lets time pass for the backend.
func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func newWorld(t *testing.T) *world {
	t.Helper()
	n, err := sandbox.Open(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, n)
	book, err := phone.Open(backendtest.Context(t), phone.Options{Network: n})
	if err != nil {
		t.Fatal(err)
	}
	closes(t, book)
	w := &world{net: n, book: book, path: filepath.Join(t.TempDir(), "whatsmeow.db"), wires: newWires()}
	t.Cleanup(n.TapAll(w.wires.add))
	w.customer(t, jonathan, "Jonathan")
	return w
}

func closes(t *testing.T, c interface{ Close() error }) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close %T: %v", c, err)
		}
	})
}

// open opens the backend on the world's file.
func (w *world) open(t *testing.T) backend.Backend {
	t.Helper()
	return w.openWith(t, meow.Options{})
}

func (w *world) openWith(t *testing.T, o meow.Options) backend.Backend {
	t.Helper()
	o.Path, o.Transport, o.Now, o.Log = w.path, w.net.Transport(), w.now, w.log
	if o.Layers == (meow.Layers{}) {
		o.Layers = w.layers
	}
	if os.Getenv("TAPGATE_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	b, err := meow.Open(backendtest.Context(t), o)
	if err != nil {
		t.Fatal(err)
	}
	closes(t, b)
	return b
}

func (w *world) customer(t *testing.T, number, name string) *phone.Phone {
	t.Helper()
	p, err := w.book.Add(backendtest.Context(t), number, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) scan(ctx context.Context, qr string) error { return w.book.Scan(ctx, business, qr) }

// pair opens a backend and pairs a session on it.
func (w *world) pair(t *testing.T) backendtest.Line {
	t.Helper()
	return backendtest.Pair(t, w.open(t), w.scan)
}

func (w *world) stage(t *testing.T) backendtest.Stage {
	t.Helper()
	customer := w.customer(t, jonathan, "Jonathan")
	session := func() types.JID {
		devices := w.net.Devices(business)
		return devices[len(devices)-1]
	}
	return backendtest.Stage{
		Open:   w.open,
		Number: business,
		Scan:   w.scan,
		EnterCode: func(ctx context.Context, code string) error {
			return w.book.EnterCode(ctx, business, code)
		},
		Customer: jonathan,
		Write: func(ctx context.Context, text string) error {
			_, err := customer.Send(ctx, phone.Compose{To: business, Text: text})
			return err
		},
		WriteFile: func(ctx context.Context, name, mimeType string, data []byte) error {
			_, err := customer.Send(ctx, phone.Compose{To: business, Media: data, Mime: mimeType, FileName: name})
			return err
		},
		Files: func(ctx context.Context) ([][]byte, error) { return files(ctx, customer) },
		Cited: func() []string { return cited(customer) },
		Shown: func() []string { return shown(customer) },
		Read: func(ctx context.Context) error {
			for _, m := range customer.Messages() {
				if err := customer.MarkRead(ctx, m.ID); err != nil {
					return err
				}
			}
			return nil
		},
		Cut:          func() { w.net.Faults().Drop(session()) },
		CutBeforeAck: func() { w.net.Faults().CutBeforeAck(business, 1) },
		Refuse:       func(code int) { w.net.Faults().Nack(business, code, 1) },
	}
}

// shown returns the texts of others on a phone, oldest first.
func shown(p *phone.Phone) []string {
	var texts []string
	for _, m := range p.Messages() {
		if !m.FromMe && m.Drawn {
			texts = append(texts, m.Body)
		}
	}
	return texts
}

// cited returns the texts that are cited by what shown returns, of messages that the phone holds.
func cited(p *phone.Phone) []string {
	var texts []string
	for _, m := range p.Messages() {
		if m.FromMe || m.Quoted == nil {
			continue
		}
		if original, ok := p.Message(m.Quoted.ID); ok {
			texts = append(texts, original.Body)
		}
	}
	return texts
}

// files returns the files of others on a phone, oldest first.
func files(ctx context.Context, p *phone.Phone) ([][]byte, error) {
	var list [][]byte
	for _, m := range p.Messages() {
		if m.FromMe {
			continue
		}
		if m.Media != nil {
			_, data, err := p.Media(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, data)
		}
		for i := range m.Cards {
			_, data, err := p.CardMedia(ctx, m.ID, i)
			if err != nil {
				return nil, err
			}
			list = append(list, data)
		}
	}
	return list, nil
}

func TestConformance(t *testing.T) {
	backendtest.Run(t, func(t *testing.T) backendtest.Stage { return newWorld(t).stage(t) })
}

// eachLayer runs a torture with all layers of the database, without each, and without any.
func eachLayer(t *testing.T, torture func(t *testing.T, layers meow.Layers)) {
	for _, c := range []struct {
		name   string
		layers meow.Layers
	}{
		{"all", meow.Layers{}},
		{"no statements", meow.Layers{NoStatements: true}},
		{"no groups", meow.Layers{NoGroups: true}},
		{"no memory", meow.Layers{NoMemory: true}},
		{"none", meow.NoLayers()},
	} {
		t.Run(c.name, func(t *testing.T) { torture(t, c.layers) })
	}
}

func TestConformanceWithoutLayers(t *testing.T) {
	if testing.Short() {
		t.Skip("it is the conformance once more: not with -short")
	}
	backendtest.Run(t, func(t *testing.T) backendtest.Stage {
		w := newWorld(t)
		w.layers = meow.NoLayers()
		return w.stage(t)
	})
}

// wires keeps the message stanzas that the business sent, by their id.
type wires struct {
	mu      sync.Mutex
	nodes   map[string][]*waBinary.Node
	changed chan struct{}
}

func newWires() *wires {
	return &wires{nodes: map[string][]*waBinary.Node{}, changed: make(chan struct{})}
}

func (w *wires) add(from types.JID, node *waBinary.Node) {
	if from.User != business || from.Device == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	stanza, _ := node.Attrs["id"].(string)
	w.nodes[stanza] = append(w.nodes[stanza], node)
	close(w.changed)
	w.changed = make(chan struct{})
}

// await waits until at least n stanzas left under an id, and returns all.
func (w *wires) await(t *testing.T, stanza string, n int) []*waBinary.Node {
	t.Helper()
	deadline := time.After(backendtest.Patience)
	for {
		w.mu.Lock()
		nodes, changed := w.nodes[stanza], w.changed
		w.mu.Unlock()
		if len(nodes) >= n {
			return nodes
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d stanzas left under %s, want %d", len(nodes), stanza, n)
		}
	}
}

// group makes a group of the business and two customers, by one of them.
func (w *world) group(t *testing.T) id.Chat {
	t.Helper()
	w.customer(t, mary, "Mary")
	text, err := w.book.CreateGroup(backendtest.Context(t), "Friends", jonathan, business, mary)
	if err != nil {
		t.Fatal(err)
	}
	chat, err := id.ParseChat(text)
	if err != nil || !strings.HasSuffix(text, "@g.us") {
		t.Fatalf("the group's id is %q: %v", text, err)
	}
	return chat
}

// await waits until a phone holds a message.
func await(t *testing.T, w *world, p *phone.Phone, e backend.Envelope) {
	t.Helper()
	changes, cancel := w.book.Subscribe()
	defer cancel()
	deadline := time.After(backendtest.Patience)
	for arrivals(p, e) == 0 {
		select {
		case <-changes:
		case <-deadline:
			t.Fatalf("%s does not hold %s; stanzas: %v", p.Name(), e.Stanza, w.wires.await(t, e.Stanza, 1))
		}
	}
}
