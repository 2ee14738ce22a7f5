package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

// handler answers a request, or returns the error that fail turns into an answer.
type handler func(http.ResponseWriter, *http.Request) error

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET /sandbox/customers":  s.listCustomers,
		"POST /sandbox/customers": s.addCustomer,

		"GET /sandbox/customers/{phone}/messages":            s.onPhone(s.listMessages),
		"POST /sandbox/customers/{phone}/messages":           s.onPhone(s.write),
		"GET /sandbox/customers/{phone}/messages/{id}/media": s.onPhone(s.serveMedia),
		"POST /sandbox/customers/{phone}/tap":                s.onPhone(s.tap),
		"POST /sandbox/customers/{phone}/read":               s.onPhone(s.markRead),
		"POST /sandbox/customers/{phone}/online":             s.onPhone(s.setOnline),
		"POST /sandbox/customers/{phone}/typing":             s.onPhone(s.setTyping),
		"POST /sandbox/customers/{phone}/platform":           s.onPhone(s.setPlatform),

		"GET /sandbox/pictures/{phone}": s.servePicture,

		"GET /sandbox/groups":         s.listGroups,
		"POST /sandbox/groups":        s.createGroup,
		"POST /sandbox/scan":          s.scan,
		"GET /sandbox/webhooks":       s.listWebhooks,
		"DELETE /sandbox/webhooks":    s.clearWebhooks,
		"GET /sandbox/faults":         s.listFaults,
		"POST /sandbox/faults":        s.switchFault,
		"GET /sandbox/events":         s.stream,
		"GET /sandbox/samples/{name}": serveSample,
		"GET /sandbox/facts":          s.listFacts,
		"GET /sandbox/network":        s.showNetwork,
	} {
		mux.Handle(pattern, s.answer(h))
	}
	mux.Handle("/sandbox/inbox", s.Inbox)
	mux.Handle("/sandbox/inbox/", s.Inbox)
	mux.Handle("GET /phone", servePage())
	mux.Handle("GET /phone/", servePage())
	mux.Handle("GET /{$}", http.RedirectHandler("/phone", http.StatusFound))
	mux.Handle("/", s.answer(func(_ http.ResponseWriter, r *http.Request) error { return stray(mux, r) }))
	return mux
}

func (s *Server) answer(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail turns an error into an answer. What is not the caller's doing is the network's, and that is
// told apart from a broken program: 503 or 504, never 500.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if p, ok := errors.AsType[problem](err); ok {
		writeProblem(w, p)
		return
	}
	if refused, ok := errors.AsType[*phone.Refused](err); ok {
		writeProblem(w, problem{Status: http.StatusConflict, Message: refused.Reason})
		return
	}
	p := problem{Status: http.StatusServiceUnavailable, Message: "the phone could not do that", Details: err.Error()}
	switch {
	case errors.Is(err, phone.ErrNoMessage):
		p = notFound(phone.ErrNoMessage.Error())
	case errors.Is(err, sandbox.ErrQR), errors.Is(err, sandbox.ErrCode):
		p.Status, p.Message = http.StatusConflict, "no client waits for this"
	case errors.Is(err, sandbox.ErrPairingRefused), errors.Is(err, sandbox.ErrHungUp), errors.Is(err, sandbox.ErrTooManyDevices), errors.Is(err, sandbox.ErrPasskey):
		p.Status, p.Message = http.StatusConflict, "the pairing did not come about"
	case errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Message = http.StatusGatewayTimeout, "the emulated network did not answer in time"
	}
	s.Log.LogAttrs(r.Context(), slog.LevelInfo, "sandbox request failed",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", p.Status), slog.Any("error", err))
	writeProblem(w, p)
}

// stray answers a request that no route takes: 405 where another method would do, else 404.
func stray(mux *http.ServeMux, r *http.Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return notFound("there is nothing at this path")
	}
	return problem{
		Status:  http.StatusMethodNotAllowed,
		Message: "this path does not take " + r.Method, Details: "it takes " + strings.Join(allowed, ", "),
	}
}
