package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox/noise"
)

const (
	// writeTimeout bounds how long one stanza may take to a client; a slower
	// client is cut off, and its outbox waits for it.
	writeTimeout = 10 * time.Second
	// handshakeTimeout bounds the time until the client's login arrives.
	handshakeTimeout = 20 * time.Second
	// linger is how long a socket stays open after the last stanza on it. A
	// client handles stanzas in a queue: if the close overtakes an error, it
	// reconnects first and meets a second, contradictory failure.
	linger = time.Second
	// pairedLinger is the same after a pairing, where the client itself hangs up.
	pairedLinger = 10 * time.Second
	// readLimit is the largest websocket message accepted, in bytes.
	readLimit = 1 << 24
)

// conn is one connection of a client. Its reader goroutine handles stanzas one
// after the other; its writer goroutine sends what is in the queue.
type conn struct {
	n       *Network
	ws      *websocket.Conn
	session *noise.Session
	hello   noise.Hello
	login   *waWa6.ClientPayload

	device *device       // nil until logged in
	active bool          // the client asked for delivery; guarded by Network.mu
	pair   *pairing      // nil unless the client is waiting to be paired
	ended  chan struct{} // closed with the last stanza: nothing more is read or sent
	gone   chan struct{} // closed when both goroutines are about to end

	mu      sync.Mutex
	queue   []waBinary.Node
	waiters map[string]chan *waBinary.Node // answers to the server's own queries
	closing bool
	closer  *time.Timer   // closes the socket some time after the last stanza
	filled  chan struct{} // signals that queue is not empty
}

// ReadMessage implements noise.Wire.
func (c *conn) ReadMessage(ctx context.Context) ([]byte, error) {
	kind, data, err := c.ws.Read(ctx)
	if err == nil && kind != websocket.MessageBinary {
		return nil, errors.New("sandbox: text message on the chat socket")
	}
	return data, err
}

// WriteMessage implements noise.Wire.
func (c *conn) WriteMessage(ctx context.Context, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageBinary, data)
}

// serveSocket runs one connection until it ends.
func (n *Network) serveSocket(w http.ResponseWriter, r *http.Request) {
	if n.faults.refusing() {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	// Origin and Host are WhatsApp's, whatever address the client really dialled.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	ws.SetReadLimit(readLimit)
	c := &conn{
		n: n, ws: ws,
		ended:   make(chan struct{}),
		gone:    make(chan struct{}),
		waiters: make(map[string]chan *waBinary.Node),
		filled:  make(chan struct{}, 1),
	}
	if !n.enter(c) {
		c.cut()
		return
	}
	defer n.leave(c)
	c.run(n.ctx)
}

// enter registers a connection; false if the network is closed.
func (n *Network) enter(c *conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.conns[c] = true
	return true
}

// leave forgets a connection whose goroutines have ended.
func (n *Network) leave(c *conn) {
	c.cut()
	close(c.gone)
	n.mu.Lock()
	delete(n.conns, c)
	n.detach(c)
	n.mu.Unlock()
}

func (c *conn) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := c.handshake(ctx); err != nil {
		c.n.log.Debug("handshake failed", "error", err)
		return
	}
	var writer sync.WaitGroup
	writer.Go(func() { c.writeAll(ctx) })
	defer writer.Wait()
	defer cancel()
	defer c.recoverFrom("connection")
	c.start()
	for {
		node, err := c.read(ctx)
		if err != nil {
			return
		}
		select {
		case <-c.ended: // what comes after the last stanza stays unanswered
		default:
			c.handle(node)
		}
	}
}

// recoverFrom turns a panic, for instance of the stanza encoder, into the end of
// this connection only.
func (c *conn) recoverFrom(where string) {
	if cause := recover(); cause != nil {
		c.n.log.Error("panic", "where", where, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		c.cut()
	}
}

func (c *conn) handshake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	session, hello, err := noise.Accept(ctx, c, c.n.authority)
	if err != nil {
		return err
	}
	c.session, c.hello, c.login = session, hello, new(waWa6.ClientPayload)
	if err := proto.Unmarshal(hello.Payload, c.login); err != nil {
		return fmt.Errorf("decode login: %w", err)
	}
	return nil
}

func (c *conn) read(ctx context.Context) (*waBinary.Node, error) {
	plaintext, err := c.session.Read(ctx)
	if err != nil {
		return nil, err
	}
	if len(plaintext) == 0 {
		return nil, errors.New("sandbox: empty stanza")
	}
	raw, err := waBinary.Unpack(plaintext)
	if err != nil {
		return nil, fmt.Errorf("unpack stanza: %w", err)
	}
	return waBinary.Unmarshal(raw)
}

// send puts stanzas into the connection's queue. What must not get lost with the
// connection has to be in an outbox.
func (c *conn) send(nodes ...waBinary.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return
	}
	c.queue = append(c.queue, nodes...)
	select {
	case c.filled <- struct{}{}:
	default:
	}
}

// writeAll is the writer goroutine.
func (c *conn) writeAll(ctx context.Context) {
	defer c.recoverFrom("writer")
	defer c.cut()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.filled:
		}
		c.mu.Lock()
		batch := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, node := range batch {
			if err := c.write(ctx, node); err != nil {
				c.n.log.Debug("write failed", "error", err)
				return
			}
		}
	}
}

func (c *conn) write(ctx context.Context, node waBinary.Node) error {
	if node.Tag == "message" && c.device != nil {
		c.n.taps.delivered(c.device, &node)
	}
	raw, err := waBinary.Marshal(node)
	if err != nil {
		return fmt.Errorf("encode stanza: %w", err)
	}
	return c.session.Write(ctx, raw)
}

// cut closes the connection at once.
func (c *conn) cut() {
	c.mu.Lock()
	c.closing = true
	if c.closer != nil {
		c.closer.Stop()
	}
	c.mu.Unlock()
	_ = c.ws.CloseNow()
}

// end sends a last stanza and closes the connection a little later.
func (c *conn) end(last waBinary.Node) { c.endAfter(last, linger) }

func (c *conn) endAfter(last waBinary.Node, wait time.Duration) {
	c.mu.Lock()
	select {
	case <-c.ended:
		c.mu.Unlock()
		return
	default:
	}
	close(c.ended)
	c.mu.Unlock()
	c.send(last)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true // nothing may follow the last stanza
	c.closer = time.AfterFunc(wait, func() { _ = c.ws.CloseNow() })
}

// ask sends a query of the server and waits for the client's answer.
func (c *conn) ask(ctx context.Context, query waBinary.Node) (*waBinary.Node, error) {
	id := attr(&query, "id")
	answer := make(chan *waBinary.Node, 1)
	c.mu.Lock()
	c.waiters[id] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiters, id)
		c.mu.Unlock()
	}()
	c.send(query)
	select {
	case node := <-answer:
		return node, nil
	case <-c.ended:
		return nil, ErrHungUp
	case <-c.gone:
		return nil, ErrHungUp
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// answered passes a client's answer to the one who asked.
func (c *conn) answered(node *waBinary.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiter, ok := c.waiters[attr(node, "id")]; ok {
		waiter <- node
		delete(c.waiters, attr(node, "id"))
	}
}
