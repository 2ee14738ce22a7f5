package console

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"tapgate/internal/pageguard"
)

// whoami tells whose session it is, or how one is opened.
func (s *Server) whoami(w http.ResponseWriter, r *http.Request) {
	if in, ok := s.session(r); ok {
		// The token may have been revoked since, or the gateway may be unable to tell for now.
		if _, ok = s.examine(r.Context(), in.token); ok {
			writeJSON(w, http.StatusOK, in)
			return
		}
	}
	writeJSON(w, http.StatusUnauthorized, map[string]any{
		"error": map[string]any{"code": http.StatusUnauthorized, "message": "You are not logged in"},
		"local": s.LocalToken != "" && pageguard.Elsewhere(r) == "",
	})
}

// login exchanges a token for a session.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	from := peer(r)
	if wait := s.attempts.wait(from, s.Now()); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, http.StatusTooManyRequests, "Too many attempts", "wait a minute before the next one")
		return
	}
	var given struct{ Token string }
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, loginLimit))
	if err != nil || json.Unmarshal(b, &given) != nil || given.Token == "" {
		refuse(w, http.StatusBadRequest, "Wrong request parameters", "/body/token must be a token")
		return
	}
	in, ok := s.examine(r.Context(), given.Token)
	if !ok {
		s.attempts.failed(from, s.Now())
		s.Log.LogAttrs(r.Context(), slog.LevelWarn, "console login refused", slog.String("from", from))
		refuse(w, http.StatusForbidden, "This token opens nothing", "want the admin token, or a token of a channel that may read")
		return
	}
	s.admit(w, r, in)
}

// loginHere opens a sandbox's page to its own machine, as the phone's page is open to it.
func (s *Server) loginHere(w http.ResponseWriter, r *http.Request) {
	if s.LocalToken == "" || pageguard.Elsewhere(r) != "" {
		refuse(w, http.StatusForbidden, "A token is needed", "")
		return
	}
	in, ok := s.examine(r.Context(), s.LocalToken)
	if !ok {
		refuse(w, http.StatusServiceUnavailable, "The sandbox's own token opens nothing", "")
		return
	}
	in.Local = true
	s.admit(w, r, in)
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request, in session) {
	if c, err := r.Cookie(cookieName); err == nil {
		s.sessions.end(c.Value) // the one before
	}
	now := s.Now()
	in.ExpiresAt = now.Add(sessionLength).UTC()
	http.SetCookie(w, s.cookie(r, s.sessions.open(in, now)))
	s.Log.LogAttrs(r.Context(), slog.LevelInfo, "console session opened",
		slog.String("from", peer(r)), slog.Bool("admin", in.Admin), slog.String("channel", in.Channel))
	writeJSON(w, http.StatusOK, in)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.forget(w, r)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) forget(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		s.sessions.end(c.Value)
	}
	http.SetCookie(w, s.cookie(r, ""))
}

// examine asks the API what a token opens: a channel of its own, or all of them.
func (s *Server) examine(ctx context.Context, token string) (session, bool) {
	var health struct {
		Channel string `json:"channel_id"`
	}
	status, body := ask(ctx, s.Watched, token, "/health?wakeup=false")
	if status == http.StatusOK && json.Unmarshal(body, &health) == nil && health.Channel != "" {
		return session{token: token, Channel: health.Channel}, true
	}
	if status, _ = ask(ctx, s.Watched, token, "/tapgate/channels"); status == http.StatusOK {
		return session{token: token, Admin: true}, true
	}
	return session{}, false
}

const loginLimit = 4 << 10 // bytes
