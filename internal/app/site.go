package app

import (
	"net/http"
	"strings"
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
