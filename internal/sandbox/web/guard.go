package web

import (
	"net/http"

	"tapgate/internal/pageguard"
)

// guard lets a request through when it was made on this machine, and no other site's page made it. The sandbox has
// no token: these two checks are its whole door.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pageguard.Harden(w.Header())
		if reason := refusal(r); reason != "" {
			writeProblem(w, problem{Status: http.StatusForbidden, Message: "the sandbox answers only this machine", Details: reason})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refusal says why r may not pass, or "" when it may. A page on another port of this machine is another site.
func refusal(r *http.Request) string {
	if reason := pageguard.Elsewhere(r); reason != "" {
		return reason
	}
	if new(http.CrossOriginProtection).Check(r) != nil {
		return "another site's page made the request"
	}
	return ""
}
