package sandbox

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// DialTransport is for clients of another process: every request goes to addr
// (host:port) as plain TCP, whatever host and scheme it names. net/http trusts a
// TLS dialler to have done TLS, so no certificate is needed.
func DialTransport(addr string) http.RoundTripper {
	return transport(func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", addr)
	})
}

// Redirect sends every request to addr as plain HTTP by another transport, whatever host and scheme it
// names: for clients that reach the network of another process through a proxy.
func Redirect(addr string, by http.RoundTripper) http.RoundTripper { return redirect{addr, by} }

type redirect struct {
	addr string
	by   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	to := req.Clone(req.Context())
	if to.Host == "" {
		to.Host = req.URL.Host
	}
	to.URL.Scheme, to.URL.Host = "http", r.addr
	return r.by.RoundTrip(to)
}

// Transport is for clients of this process: connections in memory, no port. It
// stops with the Network.
func (n *Network) Transport() http.RoundTripper { return n.memory.client }

func transport(dial func(context.Context) (net.Conn, error)) *http.Transport {
	anywhere := func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }
	return &http.Transport{DialContext: anywhere, DialTLSContext: anywhere}
}

// memoryServer serves the network over pipes.
type memoryServer struct {
	listener *pipeListener
	server   *http.Server
	client   *http.Transport
	done     chan struct{}
}

func newMemoryServer(n *Network) *memoryServer {
	l := &pipeListener{incoming: make(chan net.Conn), closed: make(chan struct{})}
	m := &memoryServer{
		listener: l,
		server:   &http.Server{Handler: n},
		client:   transport(l.dial),
		done:     make(chan struct{}),
	}
	go func() {
		defer close(m.done)
		_ = m.server.Serve(l) // always ends with ErrServerClosed
	}()
	return m
}

// close ends server and idle connections and waits for the accept loop. Chat
// sockets are the Network's own business.
func (m *memoryServer) close() {
	_ = m.server.Close()
	<-m.done
	m.client.CloseIdleConnections()
}

// pipeListener accepts connections that are dialled in the same process.
type pipeListener struct {
	incoming chan net.Conn
	once     sync.Once
	closed   chan struct{}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.incoming <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "sandbox" }
