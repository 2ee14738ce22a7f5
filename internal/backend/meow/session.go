package meow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/wire"
)

// session is one channel's connection. It implements backend.Session.
type session struct {
	backend.SessionOptions
	client    *whatsmeow.Client
	container *vault
	log       *slog.Logger
	now       func() time.Time
	without   safeguard
	proxied   bool // it goes through a proxy
	retried   func(here bool)
	decode    func(*waE2E.Message) wire.Decoded

	// ctx ends with Close. The library's own work runs under it too.
	ctx    context.Context
	cancel context.CancelFunc

	// account is held around everything that encrypts for sending.
	account gate
	// online is true from a login until the connection is known to be down.
	online  atomic.Bool
	names   names
	inbound failures
	retries retries
	pairing pairing

	mu      sync.Mutex
	closed  bool
	dialing bool
	own     own
	name    string // the push name; the library's own field is written without a lock
	running sync.WaitGroup
}

var _ backend.Session = (*session)(nil)

// dialPatience is how long a dial under way holds up Close.
const dialPatience = time.Second

// errClosed says that a session was closed.
var errClosed = errors.New("the session is closed")

func newSession(ctx context.Context, b *Backend, o backend.SessionOptions, device *store.Device) *session {
	log := b.Log.With("channel", o.Channel)
	s := &session{
		SessionOptions: o, container: b.container, log: log, now: b.Now, without: b.without, retried: b.Retried, decode: wire.Decode,
		proxied: o.Proxy != "" && b.Proxied != nil, account: newGate(), pairing: newPairing(),
		own: ownOf(device), name: device.PushName,
	}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	bridged := b.Options
	bridged.Log = log
	s.client = whatsmeow.NewClient(device, newBridge(ctx, bridged))
	s.container.watch(device, s.storageFailed)
	s.configure(b.via(o.Proxy))
	return s
}

// safeguard is one of the four that hold up each other: without any of them what a customer wrote
// is lost when it can't be stored at once.
type safeguard string

const (
	// refusalCounts is a handler that can refuse what is not durable. Without it everything is acked.
	refusalCounts safeguard = "a refusal counts"
	// ackLast has WhatsApp wait for its ack until the handler returns. Without it receipts are acked
	// before.
	ackLast safeguard = "the ack comes last"
	// eventBuffer keeps what was decrypted. Without it what comes again can't be decrypted again: the
	// Signal counter was used, and the library acks it as known.
	eventBuffer safeguard = "what was decrypted is kept"
	// ownRecover makes a panic a refusal. The library takes it for success.
	ownRecover safeguard = "a panic is a refusal"
)

// via returns the transport of a session that wants a proxy, "" for none. One that can't be read is
// refused when it is set; should it be here all the same, nothing is reached without it.
func (b *Backend) via(proxy string) http.RoundTripper {
	if proxy == "" || b.Proxied == nil {
		return b.Transport
	}
	u, err := url.Parse(proxy)
	if err != nil {
		b.Log.Error("proxy not understood", "error", err)
		u = &url.URL{Scheme: "socks5", Host: "0.0.0.0:0"}
	}
	return b.Proxied(u)
}

// configure sets what the library must not change after the first connection.
func (s *session) configure(via http.RoundTripper) {
	c := s.client
	c.BackgroundEventCtx = s.ctx
	c.SynchronousAck = s.without != ackLast
	c.EnableDecryptedEventBuffer = s.without != eventBuffer
	c.UseRetryMessageStore = false
	c.SetMaxParallelRetryReceiptHandling(1)
	c.GetMessageForRetry = s.messageForRetry
	c.PreRetryCallback = s.answerRetry
	c.EmitAppStateEventsOnFullSync = true // the push name comes with the first full sync
	// Without it an answer that asks for such a token is a nil call, which ends the process.
	c.RefreshCAT = func(context.Context) error { return errNoToken }
	c.DisableLoginAutoReconnect = true // adopt logs in, after the identity is durable
	c.AutoReconnectHook = s.capReconnectDelay
	if via != nil {
		c.SetPreLoginHTTPClient(&http.Client{Transport: via})
		c.SetWebsocketHTTPClient(&http.Client{Transport: via})
		c.SetMediaHTTPClient(&http.Client{Transport: via})
	}
	if s.without == refusalCounts {
		c.AddEventHandler(func(evt any) { s.handle(evt) })
		return
	}
	c.AddEventHandlerWithSuccessStatus(s.handle)
}

// capReconnectDelay keeps the library's delay, two seconds longer after each failure, below a
// minute. The library calls it from the goroutine that reads and writes the counter.
func (s *session) capReconnectDelay(err error) bool {
	const slowest = 30
	s.log.Info("connection not restored", "failures", s.client.AutoReconnectErrors, "error", err)
	s.client.AutoReconnectErrors = min(s.client.AutoReconnectErrors, slowest)
	s.trouble(s.unreached())
	return true
}

// Connect implements backend.Session.
func (s *session) Connect(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errClosed
	case s.own.gone:
		return fault.New(fault.Unpaired, "The session of this channel has ended")
	case s.dialing:
		return nil
	}
	s.dialing = true
	s.begin(func() {
		s.dial()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.dialing = false
	})
	return nil
}

// dial connects. A paired session tries until it succeeds or is closed; once it has connected, the
// library keeps it so.
func (s *session) dial() {
	if s.client.IsConnected() {
		return
	}
	paired := s.identity().paired()
	if paired {
		s.report(channel.Connecting)
	} else {
		s.report(channel.Pairing)
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := s.client.ConnectContext(s.ctx)
		switch {
		case err == nil, errors.Is(err, whatsmeow.ErrAlreadyConnected), s.ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrDeviceDeleted):
			s.trouble(channel.KeysGone)
			return
		}
		s.log.Warn("not connected", "error", err, "paired", paired)
		if !paired {
			t := channel.TroubleOf(s.unreached())
			t.State, t.Next = channel.Idle, "Ask for a code again."
			s.tell(backend.Troubled(t))
			return
		}
		s.trouble(s.unreached())
		if !s.sleep(wait) {
			return
		}
	}
}

// unreached is the code of the trouble when WhatsApp can't be reached.
func (s *session) unreached() string {
	if s.proxied {
		return channel.ProxyTrouble
	}
	return channel.Unreachable
}

// redial connects again after a pause, where the library gives up. Only Close ends the wait.
func (s *session) redial(after time.Duration) {
	s.spawn(func() {
		if s.sleep(after) {
			s.dial()
		}
	})
}

// handle is the only event handler, as the first one that fails keeps the others from being
// called. The library may call it from several goroutines, also twice for the same message. A
// panic that reached the library would count as success.
func (s *session) handle(evt any) (ok bool) {
	if !s.enter() {
		return false
	}
	defer s.running.Done()
	defer func() {
		if s.without == ownRecover {
			return
		}
		if p := recover(); p != nil {
			s.log.Error("event handler panicked", "event", fmt.Sprintf("%T", evt), "panic", p, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	switch e := evt.(type) {
	case *events.Message:
		return s.received(e)
	case *events.Receipt:
		return s.receipt(e)
	case *events.UndecryptableMessage:
		s.undecryptable(e)
	case *events.JoinedGroup:
		s.names.setGroup(e.JID, e.Name)
	case *events.GroupInfo:
		if e.Name != nil {
			s.names.setGroup(e.JID, e.Name.Name)
		}
	case *events.PushNameSetting:
		s.named(e.Action.GetName())
	default:
		if !s.pairingEvent(evt) {
			s.connectionEvent(evt)
		}
	}
	return true
}

// identity returns the channel's own addresses.
func (s *session) identity() own {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own
}

// Close implements backend.Session. It must not be called from a call to the sink, for which it
// waits. What the sink has not made durable by then WhatsApp delivers again.
func (s *session) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.disconnect()
	s.running.Wait()
	s.container.watch(s.client.Store, nil)
	return nil
}

// disconnect ends the connection, and then the context, which keeps the library from connecting
// again. In this order: the context ends the socket's reader, which must not happen while
// Disconnect tells the socket that nobody wants to hear of its end. Only a dial under way, which
// holds the lock that Disconnect waits for, needs the context to end first.
func (s *session) disconnect() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.client.Disconnect()
	}()
	t := time.NewTimer(dialPatience)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
	s.cancel()
	<-done
}

// enter says that a call from the library begins; the caller ends it with running.Done. It
// reports false when the session is closed.
func (s *session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// spawn runs f in a goroutine that Close waits for. Once the session is closed it does nothing.
func (s *session) spawn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.begin(f)
	}
}

// begin is spawn for callers that hold mu and know that the session is not closed.
func (s *session) begin(f func()) { s.running.Go(f) }

// sleep waits for d. It reports false when the session was closed meanwhile.
func (s *session) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// gate is a mutex whose wait ends with a context.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) leave() { <-g }
