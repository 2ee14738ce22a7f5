package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"tapgate/internal/api"
)

// listener serves HTTP on an address. It is bound before it serves: its address is known, and
// connections wait, while the rest of the program starts.
type listener struct {
	flag    string // what the address was chosen by, for errors
	address string
	log     *slog.Logger
	failed  chan<- error

	socket net.Listener
	server *http.Server
	done   chan struct{} // closed when nothing is accepted any more
}

// bind takes the address, so that "address in use" ends the start.
func (l *listener) bind(ctx context.Context) error {
	var c net.ListenConfig
	socket, err := c.Listen(ctx, "tcp", l.address)
	if err != nil {
		return unbound(l.flag, l.address, err)
	}
	l.socket = socket
	return nil
}

// release gives back an address that may not have been served.
func (l *listener) release(context.Context) error {
	if err := l.socket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// serve starts answering with h. ending is called when a stop begins; it ends streams.
func (l *listener) serve(h http.Handler, ending func()) {
	l.server = api.HTTPServer(h, l.log)
	if ending != nil {
		l.server.RegisterOnShutdown(ending)
	}
	l.done = make(chan struct{})
	go func() {
		defer close(l.done)
		if err := l.server.Serve(l.socket); !errors.Is(err, http.ErrServerClosed) {
			select {
			case l.failed <- err:
			default: // somebody failed before
			}
		}
	}()
}

// stop lets requests finish until ctx ends, then cuts them off.
func (l *listener) stop(ctx context.Context) error {
	err := l.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, l.server.Close())
	}
	<-l.done
	return err
}

// hostPort is where this machine reaches the listener: one on all interfaces is reached on loopback.
func (l *listener) hostPort() string {
	a, ok := l.socket.Addr().(*net.TCPAddr)
	if !ok {
		return l.socket.Addr().String()
	}
	host, port, err := net.SplitHostPort(a.String())
	switch {
	case err != nil:
		return a.String()
	case !a.IP.IsUnspecified():
	case strings.Contains(l.address, "["):
		host = "::1"
	default:
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func (l *listener) url() string { return "http://" + l.hostPort() }
