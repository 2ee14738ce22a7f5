package console

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Options configures a Server.
type Options struct {
	// API answers the calls of the page; required.
	API http.Handler
	// Watched answers the calls that are made once a second to see what has changed; nil means API.
	// It should write no access log.
	Watched http.Handler
	// Media finds the files of drafts that are to be previewed; nil finds none.
	Media Media
	// LocalToken opens the page without asking anybody who comes from this machine and names it. Only
	// a sandbox has one; "" asks for a token.
	LocalToken string
	// HTTPS says that browsers reach the page through a proxy with TLS, so that the cookie must not
	// leave without.
	HTTPS bool
	// Log receives who came in and who did not; nil means nothing.
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// WatchEvery is how often live updates look at the API; 0 means once a second.
	WatchEvery time.Duration
}

// Media is the media store.
type Media interface {
	// Obtain returns the file that src names.
	Obtain(ctx context.Context, ch id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error)
}

// Root is the path that everything of the console stands under.
const Root = "/console"

// Server answers /console and /console/... .
type Server struct {
	Options
	handler  http.Handler
	sessions sessions
	attempts attempts
	streams  chan struct{} // a token for each live stream

	ending sync.Once
	ended  chan struct{}
}

// New returns a server over an API. Close ends it.
func New(o Options) *Server {
	if o.Watched == nil {
		o.Watched = o.API
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.WatchEvery == 0 {
		o.WatchEvery = time.Second
	}
	s := &Server{Options: o, streams: make(chan struct{}, maxStreams), ended: make(chan struct{})}
	s.handler = s.routes()
	return s
}

// Serves reports whether a path is one of the console's.
func Serves(path string) bool { return path == Root || strings.HasPrefix(path, Root+"/") }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends the live streams, which an http.Server would otherwise wait for. It may be called twice.
func (s *Server) Close() error {
	s.ending.Do(func() { close(s.ended) })
	return nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Root+"/session", s.whoami)
	mux.HandleFunc("POST "+Root+"/session", s.login)
	mux.HandleFunc("POST "+Root+"/session/local", s.loginHere)
	mux.HandleFunc("DELETE "+Root+"/session", s.logout)
	mux.Handle(Root+apiPath, s.inSession(s.forward))
	mux.Handle("GET "+Root+"/watch", s.inSession(s.watch))
	mux.Handle("POST "+Root+"/preview", s.inSession(s.preview))
	mux.Handle("GET "+Root+"/limits", s.inSession(s.limits))
	page := newFiles()
	mux.Handle(Root, page)
	mux.Handle(Root+"/", page)
	return s.guard(mux)
}

// inSession lets through who is logged in.
func (s *Server) inSession(h func(http.ResponseWriter, *http.Request, session)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, ok := s.session(r)
		if !ok {
			refuse(w, http.StatusUnauthorized, "You are not logged in", "")
			return
		}
		h(w, r, in)
	})
}
