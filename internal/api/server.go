package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"tapgate/internal/channel"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Gateway is what the API needs of the gateway. Errors for the user are faults.
type Gateway interface {
	Channels
	Authenticate(ctx context.Context, token string) (channel.Token, error)
	Send(ctx context.Context, ch id.Channel, d gateway.Draft) (message.Message, error)
	Message(ctx context.Context, ch id.Channel, m id.Message) (message.Message, error)
	FetchMedia(ctx context.Context, ch id.Channel, mediaID id.Media) (message.Media, error)
	Messages(ctx context.Context, ch id.Channel, q store.Query) (list []message.Message, total int, err error)
	Timeline(ctx context.Context, ch id.Channel, m id.Message) (gateway.Timeline, error)
	Check(ctx context.Context, ch id.Channel, numbers []id.User) (map[id.User]id.User, error)
	Profile(ctx context.Context, ch id.Channel) (channel.Profile, error)
	ContactProfile(ctx context.Context, ch id.Channel, of id.User) (channel.Profile, error)
	SetProfile(ctx context.Context, ch id.Channel, change gateway.ProfileChange) error
	ObtainMedia(ctx context.Context, ch id.Channel, m message.Media) (message.Media, error)
	Health(ctx context.Context, ch id.Channel) (gateway.Health, error)
	Wake(ctx context.Context, ch id.Channel) error
	Settings(ctx context.Context, ch id.Channel) (channel.Settings, error)
	UpdateSettings(ctx context.Context, ch id.Channel, change func(channel.Settings) (channel.Settings, error)) (before, after channel.Settings, err error)
	Login(ctx context.Context, ch id.Channel) (gateway.Login, error)
	LoginCode(ctx context.Context, ch id.Channel, number id.User) (string, error)
	Logout(ctx context.Context, ch id.Channel) error
}

// Options configures a Server.
type Options struct {
	// Gateway answers; required.
	Gateway Gateway
	// Media is the media store; required.
	Media Media
	// Served hears of every answer, with the pattern of its route, "" for none. nil means nobody.
	Served func(method, pattern string, status int, took time.Duration)
	// Audit records who changes what; nil records nothing.
	Audit Audit
	// Webhooks are the deliveries; required.
	Webhooks Webhooks
	// Log receives one line per request and the causes of internal errors; nil means nothing.
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// RequestRate is how many requests a second a token may make; 0 sets no limit.
	RequestRate int
	// BodyWait is how long a request body may take to arrive; 0 means 30 s.
	BodyWait time.Duration
}

// Server is the API as an http.Handler.
type Server struct {
	Options
	mux     *chi.Mux
	methods map[string][]string // of each pattern, in the order of the route table
	heavy   chan struct{}       // a token for each large body that is read into memory
	meter   *meter
}

// New returns a server over a gateway.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Served == nil {
		o.Served = func(string, string, int, time.Duration) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.BodyWait == 0 {
		o.BodyWait = 30 * time.Second
	}
	s := &Server{Options: o, mux: chi.NewMux(), methods: map[string][]string{}, heavy: make(chan struct{}, uploads), meter: newMeter(o.RequestRate)}
	s.mount()
	return s
}

// ServeHTTP answers one request and writes its line in the access log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := s.Now()
	route := chi.NewRouteContext()
	route.RoutePath = tidyPath(r.URL)
	rec := &recorder{ResponseWriter: w}
	defer func() { s.logAccess(r, route.RoutePattern(), rec, s.Now().Sub(started)) }()
	defer s.recover(rec, r)
	s.mux.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, route)))
}

// Limits of the HTTP server. A slow or a hostile client must not hold a connection for long.
const (
	headerWait = 5 * time.Second
	idleWait   = 2 * time.Minute
	maxHeader  = 64 << 10 // bytes
	maxBody    = 1 << 20  // bytes of a JSON body
	writeWait  = 30 * time.Second
)

// HTTPServer returns an http.Server for h with the limits of the API. It sets no limit on the time
// of an answer, because h may serve streams beside the API, which limits its own.
func HTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
