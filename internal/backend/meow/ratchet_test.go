package meow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/backend/meow"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

// killOrder is set for a child that sends and is killed.
const killOrder = "TAPGATE_TEST_KILL"

// order tells a child what to do.
type order struct {
	Path, Address, Device string
	Chats                 []string
	Layers                meow.Layers
	// Statement is at which statement after the connection the child kills itself, After whether it
	// has run by then.
	Statement int64
	After     bool
}

// sendUntilKilled is the child. It says which texts WhatsApp has, and ends by itself when the order
// names a statement that does not come.
func sendUntilKilled(text string) {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	var armed atomic.Bool
	var count atomic.Int64
	die := func(string) error {
		if armed.Load() && count.Add(1) == o.Statement {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	watch := meow.Watch{Before: die}
	if o.After {
		watch = meow.Watch{Before: func(string) error { return nil }, After: func(text string) { _ = die(text) }}
	}
	ctx, cancel := context.WithTimeout(context.Background(), backendtest.Patience)
	defer cancel()
	b, err := meow.Open(ctx, meow.WithWatch(meow.Options{
		Path: o.Path, Transport: sandbox.DialTransport(o.Address), Layers: o.Layers,
	}, watch))
	if err != nil {
		panic(err)
	}
	sink := &childSink{Sink: backendtest.NewSink(), connected: make(chan struct{})}
	s, err := b.Open(ctx, backend.SessionOptions{Channel: "TEST-00001", Device: o.Device, Sink: sink, Ledger: backendtest.NewLedger()})
	if err != nil {
		panic(err)
	}
	armed.Store(true)
	if err := s.Connect(ctx); err != nil {
		panic(err)
	}
	select {
	case <-sink.connected:
	case <-ctx.Done():
		panic("not connected")
	}
	for i, c := range o.Chats {
		chat, err := id.ParseChat(c)
		if err != nil {
			panic(err)
		}
		body := fmt.Sprintf("out %d of %d", i, os.Getpid())
		e, err := s.Prepare(ctx, backend.Draft{Chat: chat, Content: message.Text{Body: body}})
		if err != nil {
			panic(err)
		}
		if _, err := s.Send(ctx, e); err != nil {
			panic(err)
		}
		fmt.Println(body)
	}
	fmt.Println("done")
	_ = s.Close()
	_ = b.Close()
}

// childSink tells when the session is connected.
type childSink struct {
	*backendtest.Sink
	connected chan struct{}
	once      sync.Once
}

func (c *childSink) State(ctx context.Context, s backend.StateChange) {
	c.Sink.State(ctx, s)
	if s.State == channel.Connected {
		c.once.Do(func() { close(c.connected) })
	}
}

func (c *childSink) Handle(ctx context.Context, in []event.Payload) error {
	return c.Sink.Handle(ctx, in)
}

// keys are the message keys that were seen on the wire, and what was encrypted with each.
type keys struct {
	mu    sync.Mutex
	used  map[string][]byte
	twice []string
}

// add takes the message keys of a stanza: the ratchet's public key and the counter, which name a
// key of a Signal session, or the id and the iteration of a sender key.
func (k *keys) add(from types.JID, node *waBinary.Node) {
	if from.User != business || from.Device == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.walk(node)
}

func (k *keys) walk(node *waBinary.Node) {
	if sealed, ok := node.Content.([]byte); ok && node.Tag == "enc" {
		name := messageKey(fmt.Sprint(node.Attrs["type"]), sealed)
		if before, used := k.used[name]; used && !bytes.Equal(before, sealed) {
			k.twice = append(k.twice, name)
		}
		k.used[name] = bytes.Clone(sealed)
	}
	for _, c := range node.GetChildren() {
		k.walk(&c)
	}
}

// messageKey reads the name of the key from what is not encrypted of a message. The layouts are those
// of the Signal protocol: a version byte, a protobuf, and a MAC or a signature.
func messageKey(kind string, sealed []byte) string {
	switch kind {
	case "pkmsg":
		return messageKey("msg", fields(sealed[1:])[4])
	case "msg":
		f := fields(sealed[1 : len(sealed)-8])
		return fmt.Sprintf("%x %x", f[1], f[2])
	case "skmsg":
		f := fields(sealed[1 : len(sealed)-64])
		return fmt.Sprintf("sender key %x %x", f[1], f[2])
	}
	panic("unknown kind of encryption: " + kind)
}

// fields reads the fields of a protobuf; numbers stay as they are encoded.
func fields(b []byte) map[protowire.Number][]byte {
	m := map[protowire.Number][]byte{}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			panic(protowire.ParseError(n))
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(number, kind, b)
		if size < 0 {
			panic(protowire.ParseError(size))
		}
		value := b[:size]
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(b)
		}
		m[number] = value
		b = b[size:]
	}
	return m
}

// The process is killed at every statement of sending and receiving, before or after it runs, and
// started again. What a stanza used has to be on disk before the stanza leaves: no message key may
// ever encrypt two messages.
func TestNoMessageKeyIsUsedTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a process for each statement: not with -short")
	}
	for _, c := range []struct {
		name   string
		layers meow.Layers
		after  []bool
	}{
		{"all layers", meow.Layers{}, []bool{false, true}},
		{"no layers", meow.NoLayers(), []bool{true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			seen := &keys{used: map[string][]byte{}}
			t.Cleanup(w.net.TapAll(seen.add))
			server := httptest.NewServer(w.net)
			t.Cleanup(server.Close)
			o := order{Path: w.path, Address: server.Listener.Addr().String(), Layers: c.layers, Device: w.paired(t)}
			customer, private := w.customer(t, jonathan, ""), id.User(jonathan).Private().String()
			o.Chats = []string{private, w.group(t).String(), private}
			killed := 0
			defer func() {
				seen.mu.Lock()
				defer seen.mu.Unlock()
				if len(seen.twice) > 0 {
					t.Errorf("%d message keys were used twice: %s", len(seen.twice), seen.twice)
				}
				t.Logf("%d kills, %d message keys", killed, len(seen.used))
			}()
			for _, o.After = range c.after {
				for o.Statement = 1; ; o.Statement++ {
					// An answer makes the next message begin a new chain of keys, which hides a key that
					// would be used again: there is one now and then only.
					if o.Statement%8 == 0 {
						if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: "in"}); err != nil {
							t.Fatal(err)
						}
					}
					said, done := runChild(t, o)
					for _, body := range said {
						awaitText(t, w, customer, body)
					}
					if done {
						break
					}
					killed++
				}
			}
			if killed < 15 {
				t.Errorf("%d kills: too few to mean anything", killed)
			}
		})
	}
}

// paired pairs the business, closes the session and returns its device.
func (w *world) paired(t *testing.T) string {
	t.Helper()
	b, err := meow.Open(backendtest.Context(t), meow.Options{Path: w.path, Transport: w.net.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	line := backendtest.Pair(t, b, w.scan)
	device := line.Sink.Identity(t).Device
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return device
}

// runChild runs a child and returns the texts that WhatsApp has, and whether it was not killed.
func runChild(t *testing.T, o order) (said []string, done bool) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out, problems bytes.Buffer
	child := exec.CommandContext(ctx, exe, "-test.run=^$")
	child.Env = append(os.Environ(), killOrder+"="+string(text))
	child.Stdout, child.Stderr = &out, &problems
	err = child.Run()
	if problems.Len() > 0 || ctx.Err() != nil {
		t.Fatalf("statement %d: %v: %s", o.Statement, err, problems.String())
	}
	said = strings.Fields(strings.ReplaceAll(strings.TrimSpace(out.String()), " ", "_"))
	for i := range said {
		said[i] = strings.ReplaceAll(said[i], "_", " ")
	}
	if n := len(said); n > 0 && said[n-1] == "done" {
		return said[:n-1], true
	}
	return said, false
}

// awaitText waits until a phone shows a text.
func awaitText(t *testing.T, w *world, p *phone.Phone, body string) {
	t.Helper()
	changes, cancel := w.book.Subscribe()
	defer cancel()
	deadline := time.After(backendtest.Patience)
	for !slices.Contains(shown(p), body) {
		select {
		case <-changes:
		case <-deadline:
			t.Fatalf("%s does not show %q", p.Name(), body)
		}
	}
}
