package web

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

// Options configures a Server.
type Options struct {
	// Book holds the customers' phones; required.
	Book *phone.Book
	// Network is the emulated network they talk over; required.
	Network *sandbox.Network
	// Inbox receives webhooks, at /sandbox/inbox and wherever else it is mounted; nil means a new one.
	Inbox *Inbox
	// Business is the number that customers talk to, digits only. It is shown as the chat partner.
	Business string
	// Facts returns what the page's first panel shows: "api" (address), "token" and "curl" (a command
	// to paste) have their own places, other keys are listed below them. Nil means none.
	Facts func() map[string]any
	// Log receives what a developer may want to know; nil means nothing is logged.
	Log *slog.Logger
}

// Server answers /sandbox/..., /phone and /phone/..., and leads / to /phone. It answers loopback
// clients only.
type Server struct {
	Options
	handler http.Handler

	ending sync.Once
	ended  chan struct{}
}

// New returns a server over a book and its network. Close ends it.
func New(o Options) *Server {
	if o.Inbox == nil {
		o.Inbox = NewInbox(0)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Facts == nil {
		o.Facts = func() map[string]any { return nil }
	}
	s := &Server{Options: o, ended: make(chan struct{})}
	s.handler = guard(s.routes())
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends the live streams, which an http.Server would otherwise wait for. It may be called twice.
func (s *Server) Close() error {
	s.ending.Do(func() { close(s.ended) })
	return nil
}

// callLimit bounds one press or message: a fault may have silenced the network under it.
const callLimit = 20 * time.Second
