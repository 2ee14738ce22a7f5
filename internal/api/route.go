package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// Route is one line of the route table.
type Route struct {
	Method string
	// Pattern is the path with its parameters in braces, as in the dialect's documentation.
	Pattern string

	handle handler
}

// handler answers an authenticated call. A returned error becomes the answer.
type handler func(c call) (answer, error)

// call is a request with what its token opens.
type call struct {
	*http.Request
	token channel.Token
	// channel is the one that the request is about; "" where it is about none.
	channel id.Channel
	// record is what is kept of the call; nil for calls that change nothing of interest.
	record *store.Audit
	w      http.ResponseWriter
	server *Server
}

// Routes returns the route table. GET routes answer HEAD as well.
func (s *Server) Routes() []Route {
	return slices.Concat(s.sendRoutes(), s.messageRoutes(), s.mediaRoutes(), s.healthRoutes(), s.settingsRoutes(), s.webhookRoutes(), s.loginRoutes(),
		s.contactRoutes(), s.profileRoutes(), s.channelRoutes(), s.tokenRoutes(), s.auditRoutes())
}

func (s *Server) mount() {
	s.mux.NotFound(s.notFound)
	s.mux.MethodNotAllowed(s.notAllowed)
	for _, route := range s.Routes() {
		s.add(route)
		if route.Method == http.MethodGet {
			s.add(Route{http.MethodHead, route.Pattern, route.handle})
		}
	}
	s.mountDocs()
	s.mountLinks()
	s.closeFixedPaths()
}

func (s *Server) add(route Route) {
	s.methods[route.Pattern] = append(s.methods[route.Pattern], route.Method)
	s.mux.Method(route.Method, route.Pattern, s.serve(route))
}

// closeFixedPaths keeps a path like /messages/text from being read as /messages/{MessageID} for
// the methods that it does not serve.
func (s *Server) closeFixedPaths() {
	for pattern, served := range s.methods {
		if strings.Contains(pattern, "{") {
			continue
		}
		for _, method := range knownMethods() {
			if !slices.Contains(served, method) {
				s.mux.MethodFunc(method, pattern, s.notAllowed)
			}
		}
	}
}

// allowed returns the methods that path serves, none when it is not served at all.
func (s *Server) allowed(path string) []string {
	if fixed, ok := s.methods[path]; ok {
		return fixed
	}
	return slices.DeleteFunc(knownMethods(), func(method string) bool {
		return !s.mux.Match(chi.NewRouteContext(), method, path)
	})
}

func knownMethods() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
}

// serve makes an http.Handler of a route: it authenticates, calls, and writes the answer or the error.
func (s *Server) serve(route Route) http.Handler {
	to := accessTo(route.Method, route.Pattern)
	if action := actionOf(route.Method, route.Pattern); action != "" {
		route.handle = s.audited(action, route.handle)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := call{Request: r, w: w, server: s}
		var err error
		if c.token, err = s.authenticate(r); err == nil {
			err = s.meter.take(c.token.ID, s.Now())
		}
		if err == nil {
			c.channel, err = s.admit(c, to)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		a, err := route.handle(c)
		if err != nil {
			c.drain()
			s.fail(w, r, err)
			return
		}
		s.warn(r, c.channel, a.warnings)
		if a.file != nil {
			serveFile(w, r, *a.file)
			return
		}
		a.write(w)
	})
}
