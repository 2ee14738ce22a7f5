package app

import (
	"net/http"
	"strings"

	"tapgate/internal/api"
	"tapgate/internal/console"
)

// together serves the pages of the sandbox and, on all other paths, rest. It does not tidy paths:
// rest does that in its own way.
func together(pages, rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.Path
		if p == "/" || p == "/phone" || p == "/sandbox" || strings.HasPrefix(p, "/phone/") || strings.HasPrefix(p, "/sandbox/") {
			pages.ServeHTTP(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// withConsole serves the console and, on all other paths, the API that it is the page of. End its
// streams with close before the listener is stopped.
func (e *engine) withConsole(o console.Options) (h http.Handler, end func()) {
	served := api.Options{Gateway: e.gateway, Webhooks: e.hooks, Media: e.media, Audit: e.store, RequestRate: e.requests, Log: e.Log}
	if e.metrics != nil {
		served.Served = e.metrics.answered
	}
	gate := api.New(served)
	o.API, o.Media, o.Log = gate, e.media, e.Log
	o.Watched = api.New(api.Options{Gateway: e.gateway, Webhooks: e.hooks, Media: e.media}) // looked at once a second: no access log
	page := console.New(o)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if console.Serves(r.URL.Path) {
			page.ServeHTTP(w, r)
			return
		}
		gate.ServeHTTP(w, r)
	}), func() { _ = page.Close() }
}
