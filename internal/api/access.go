package api

import (
	"log/slog"
	"net/http"
	"time"
)

// logAccess writes one line per request. It names the route's pattern, never the path or the
// query, which may hold numbers and tokens.
func (s *Server) logAccess(r *http.Request, pattern string, rec *recorder, took time.Duration) {
	s.Served(r.Method, pattern, rec.status, took)
	if pattern == "" {
		pattern = "none"
	}
	s.Log.LogAttrs(r.Context(), slog.LevelInfo, "request served",
		slog.String("method", r.Method), slog.String("route", pattern),
		slog.Int("status", rec.status), slog.Int64("ms", took.Milliseconds()))
}

// recorder notes the status of an answer; 0 means that none was written.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (rec *recorder) Write(b []byte) (int, error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	return rec.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }
