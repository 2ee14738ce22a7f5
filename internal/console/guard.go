package console

import (
	"encoding/json"
	"net/http"

	"tapgate/internal/pageguard"
)

// pageHeader has to stand in every request that changes something. A foreign page can't set it
// without asking first, and is refused then.
const pageHeader = "X-Tapgate-Console"

// guard refuses what another site's page asked for. A page on another port of the same host gets the
// cookie sent along, whatever SameSite says, so that the origin counts, for reading too.
func (s *Server) guard(next http.Handler) http.Handler {
	var origins http.CrossOriginProtection
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pageguard.Harden(w.Header())
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch site := r.Header.Get("Sec-Fetch-Site"); {
		case origins.Check(r) != nil:
			refuse(w, http.StatusForbidden, "Another site's page made this request", "")
		case (site == "cross-site" || site == "same-site") && !opensPage(r):
			refuse(w, http.StatusForbidden, "Another site's page made this request", "")
		case !reads && r.Header.Get(pageHeader) == "":
			refuse(w, http.StatusForbidden, "This request was not made by the console's page", "programs use the API itself, with a token")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// opensPage reports whether a link that leads to the console is followed. What it answers is the same
// for everybody.
func opensPage(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Dest") == "document" &&
		(r.URL.Path == Root || r.URL.Path == Root+"/")
}

// refuse answers with an error in the shape of the API.
func refuse(w http.ResponseWriter, status int, message, details string) {
	type problem struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Details string `json:"details,omitempty"`
	}
	writeJSON(w, status, map[string]problem{"error": {status, message, details}})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a reader that went away is not a fault of ours
}
