package sandbox

import (
	"maps"
	"slices"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Delivery is a message as it leaves for a device. The node belongs to the
// network: read it, do not change it.
type Delivery struct {
	To   types.JID // PN form, with device
	Node *waBinary.Node
	At   time.Time
}

// taps are functions that watch the network. Calls of one tap from different
// connections may overlap.
type taps struct {
	mu     sync.Mutex
	last   int
	device map[int]deviceTap
	all    map[int]func(types.JID, *waBinary.Node)
	login  map[int]func(types.JID)
}

type deviceTap struct {
	device types.JID
	fn     func(Delivery)
}

// Tap calls fn with every message stanza that is about to be written to device
// (PN or LID form), redeliveries included, before it is written. fn must not block.
func (n *Network) Tap(device types.JID, fn func(Delivery)) (cancel func()) {
	return tapInto(&n.taps, &n.taps.device, deviceTap{device, fn})
}

// TapAll calls fn with every message stanza a client sends, as it was received and
// before it is judged. from is the sender in PN form. fn must not block.
func (n *Network) TapAll(fn func(from types.JID, node *waBinary.Node)) (cancel func()) {
	return tapInto(&n.taps, &n.taps.all, fn)
}

// OnLogin calls fn with a device (PN form) each time it has logged in and asked
// for delivery. fn must not block.
func (n *Network) OnLogin(fn func(device types.JID)) (cancel func()) {
	return tapInto(&n.taps, &n.taps.login, fn)
}

func tapInto[T any](t *taps, into *map[int]T, tap T) (cancel func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	id := t.last
	if *into == nil {
		*into = make(map[int]T)
	}
	(*into)[id] = tap
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(*into, id)
	}
}

// snapshot lets taps be called without their lock, so that a tap may cancel itself.
func snapshot[T any](t *taps, from *map[int]T) []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]T, 0, len(*from))
	for _, id := range slices.Sorted(maps.Keys(*from)) {
		out = append(out, (*from)[id])
	}
	return out
}

func (t *taps) delivered(d *device, node *waBinary.Node) {
	for _, tap := range snapshot(t, &t.device) {
		if d.is(tap.device) {
			tap.fn(Delivery{To: d.pn(), Node: node, At: time.Now()})
		}
	}
}

func (t *taps) received(from types.JID, node *waBinary.Node) {
	for _, fn := range snapshot(t, &t.all) {
		fn(from, node)
	}
}

func (t *taps) loggedIn(d *device) {
	for _, fn := range snapshot(t, &t.login) {
		fn(d.pn())
	}
}
