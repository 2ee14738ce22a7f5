// Package sandbox emulates the WhatsApp server: unmodified whatsmeow clients
// pair with it, log in to it and talk over it, in one process or several.
//
// A client needs two settings, both public API of whatsmeow: the package
// variable WACertPubKey must be [Network.RootKey], and its three HTTP clients
// must use [Network.Transport] or [DialTransport]. The variable belongs to the
// process, so a process talks to this network or to WhatsApp, never to both.
//
// Emulated: the Noise transport, pairing by QR and by code, login with its
// failures, one-time keys, device lists, messages to one or many devices of a
// person, groups with sender keys, delivery, read and retry receipts, an outbox
// per device that survives disconnects, presence, app state, media, and the
// refusals of interactive messages that WhatsApp is known to make (strict.go).
// Messages stay encrypted end to end: the network sees only stanzas.
//
// Not emulated: what official apps draw, rate limits and bans, real timing,
// newsletters, business profiles, communities, group administration, passkeys,
// media retries, bots, calls beyond passing on the offer, and the expiry of
// anything. A request that is not known is answered with 501 and recorded, see
// [Network.Unknown]. Values such as props and location in stanzas are made up.
// A message that this network accepts may still be refused, or accepted and not
// drawn, by WhatsApp.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"tapgate/internal/sandbox/noise"
)

// DefaultSeed is used when Options.Seed is empty.
const DefaultSeed = "tapgate sandbox"

// ErrClosed says that the network was closed.
var ErrClosed = errors.New("sandbox: network is closed")

// Options of a Network. The zero value is a network in memory, in strict mode.
type Options struct {
	// Seed is what root key, certificates, LIDs and account keys derive from.
	// Clients paired under one seed do not recognise another. "" = DefaultSeed.
	Seed string
	// Dir keeps the state in network.db and media beside it, so that it survives
	// a restart and kill -9. "" = memory only.
	Dir string
	// Lenient accepts messages that WhatsApp is known to refuse. Default false.
	Lenient bool
	// Log receives the server's log. nil = discard.
	Log *slog.Logger
}

// Network is an emulated WhatsApp server. All methods are safe for concurrent use.
//
// One mutex guards the state. Whatever changes the state does so in a change:
// memory, then one transaction, and only after its commit anything leaves.
// Nothing is written to a socket under the mutex: stanzas go to the queue of a
// connection, whose writer goroutine sends them.
type Network struct {
	seed      string
	lenient   bool
	log       *slog.Logger
	authority *noise.Authority
	disk      *disk // nil: memory only
	media     mediaStore
	memory    *memoryServer
	faults    *Faults
	taps      taps

	ctx   context.Context
	stop  context.CancelFunc
	tasks sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	conns    map[*conn]bool
	accounts map[string]*account // by phone number
	byLID    map[string]*account // by user part of the LID
	groups   map[string]*group   // by user part of the JID
	seen     seenMessages
	presence map[*account]map[*device]watch
	lastSeq  int64
	unknown  map[UnknownQuery]int
	refused  []Refusal
}

// Open starts a network. Close it.
func Open(o Options) (*Network, error) {
	if o.Seed == "" {
		o.Seed = DefaultSeed
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	authority, err := noise.NewAuthority(o.Seed)
	if err != nil {
		return nil, err
	}
	n := &Network{
		seed: o.Seed, lenient: o.Lenient, log: o.Log, authority: authority,
		faults:   newFaults(),
		conns:    make(map[*conn]bool),
		accounts: make(map[string]*account),
		byLID:    make(map[string]*account),
		groups:   make(map[string]*group),
		seen:     newSeenMessages(),
		presence: make(map[*account]map[*device]watch),
		unknown:  make(map[UnknownQuery]int),
	}
	n.faults.n = n
	// The lifetime of the network is its own: from here to Close.
	n.ctx, n.stop = context.WithCancel(context.Background())
	if n.media, err = openMedia(o.Dir); err != nil {
		n.stop()
		return nil, err
	}
	if o.Dir != "" {
		if err := n.load(o.Dir); err != nil {
			n.stop()
			return nil, fmt.Errorf("open state in %s: %w", o.Dir, err)
		}
	}
	n.memory = newMemoryServer(n)
	return n, nil
}

// Close cuts all connections, waits for every goroutine and closes the database.
// An http.Server of one's own that serves the network is to be closed first. A
// second Close does nothing.
func (n *Network) Close() error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil
	}
	n.closed = true
	n.mu.Unlock()
	n.stop()
	for _, c := range n.connections() {
		c.cut()
	}
	n.memory.close()
	n.tasks.Wait()
	if n.disk != nil {
		return n.disk.close()
	}
	return nil
}

// RootKey is what clients must have as whatsmeow.WACertPubKey.
func (n *Network) RootKey() [32]byte { return n.authority.RootKey() }

// Faults are the switches that make this network misbehave.
func (n *Network) Faults() *Faults { return n.faults }

// ServeHTTP serves the chat socket and the media host; all else is 404.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !n.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer n.tasks.Done()
	switch {
	case r.URL.Path == "/ws/chat" && r.Method == http.MethodGet:
		n.serveSocket(w, r)
	case strings.HasPrefix(r.URL.Path, uploadPath), strings.HasPrefix(r.URL.Path, downloadPath):
		n.serveMedia(w, r)
	default:
		http.NotFound(w, r)
	}
}

// begin registers a task that Close waits for; false if the network is closed.
func (n *Network) begin() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.tasks.Add(1)
	return true
}

func (n *Network) connections() []*conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]*conn, 0, len(n.conns))
	for c := range n.conns {
		out = append(out, c)
	}
	return out
}
