package api

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/whapi"
)

// fail writes an error as the answer: the one place where errors become HTTP.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		// The client went away, or the gateway is stopping: no failure, and perhaps nobody to answer.
		err = fault.Wrap(fault.Unavailable, err, "Request was cancelled")
	}
	status, body, retryAfter := whapi.EncodeError(err)
	if fault.Of(err).Kind == fault.Internal {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Int("status", status), slog.Any("error", err))
	}
	if retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(retryAfter.Seconds()))))
	}
	writeBody(w, status, "application/json; charset=utf-8", body)
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, fault.New(fault.NotFound, "%s %s is not served here", r.Method, tidyPath(r.URL)))
}

func (s *Server) notAllowed(w http.ResponseWriter, r *http.Request) {
	path := tidyPath(r.URL)
	allowed := s.allowed(path)
	if len(allowed) == 0 {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	f := fault.New(fault.NotAllowed, "%s is not served at %s", r.Method, path)
	f.Next = "it serves " + strings.Join(allowed, ", ")
	s.fail(w, r, f)
}

// recover turns a panic of a handler into an answer of status 500.
func (s *Server) recover(rec *recorder, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "handler panicked",
		slog.String("method", r.Method), slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
	if rec.status == 0 {
		s.fail(rec, r, fault.New(fault.Internal, "Internal Error"))
	}
}
