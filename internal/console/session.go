package console

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"

	"tapgate/internal/pageguard"
)

// session is somebody who is logged in. Sessions end with the process: their tokens are kept
// nowhere else.
type session struct {
	token string
	// Admin is true when the token opens all channels; else it opens Channel.
	Admin   bool   `json:"admin"`
	Channel string `json:"channel,omitempty"`
	// Local is true when the session was opened without a token, on this machine.
	Local     bool      `json:"local"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Limits of sessions.
const (
	sessionLength = 12 * time.Hour
	maxSessions   = 500 // the one that ends first gives way
	keyBytes      = 32
)

// sessions holds who is logged in. The key is a hash, so that what is compared in the map is of no
// use to somebody who measures the time.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]session
}

// open begins a session and returns its key.
func (s *sessions) open(in session, now time.Time) string {
	raw := make([]byte, keyBytes)
	_, _ = rand.Read(raw) // which never fails
	key := base64.RawURLEncoding.EncodeToString(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[sha256.Size]byte]session{}
	}
	s.sweep(now)
	s.all[sha256.Sum256([]byte(key))] = in
	return key
}

// sweep removes what has ended, and makes room for one more.
func (s *sessions) sweep(now time.Time) {
	var first [sha256.Size]byte
	for k, in := range s.all {
		if !now.Before(in.ExpiresAt) {
			delete(s.all, k)
			continue
		}
		if at, ok := s.all[first]; !ok || in.ExpiresAt.Before(at.ExpiresAt) {
			first = k
		}
	}
	if len(s.all) >= maxSessions {
		delete(s.all, first)
	}
}

func (s *sessions) find(key string, now time.Time) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.all[sha256.Sum256([]byte(key))]
	return in, ok && now.Before(in.ExpiresAt)
}

func (s *sessions) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(key)))
}

// session finds the session of a request.
func (s *Server) session(r *http.Request) (session, bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return session{}, false
	}
	return s.sessions.find(c.Value, s.Now())
}

const cookieName = "tapgate_console"

// cookie is the session's cookie; an empty key takes it away. It goes to the console only: the API
// itself knows no cookies.
func (s *Server) cookie(r *http.Request, key string) *http.Cookie {
	c := &http.Cookie{
		Name: cookieName, Value: key, Path: Root, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || s.HTTPS && !pageguard.Loopback(r.Host), MaxAge: int(sessionLength.Seconds()),
	}
	if key == "" {
		c.MaxAge = -1
	}
	return c
}
