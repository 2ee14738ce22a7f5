package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of live streams.
const (
	maxStreams = 64
	maxWatched = 6                // paths of one stream
	beatEvery  = 15 * time.Second // so that a dead stream is noticed
)

// watch sends, as server-sent events, what calls of the API answer: at once, and again whenever the
// answer has changed. The query parameter path names a call; it may stand several times.
//
// Looking again costs a query a second and stream, and in return any answer of the API can be live:
// what the page shows is always what the API says, never a second telling of it.
func (s *Server) watch(w http.ResponseWriter, r *http.Request, in session) {
	paths := r.URL.Query()["path"]
	if len(paths) == 0 || len(paths) > maxWatched {
		refuse(w, http.StatusBadRequest, "Wrong request parameters", fmt.Sprintf("/query/path must be there 1 to %d times", maxWatched))
		return
	}
	for _, p := range paths {
		if u, err := url.ParseRequestURI(p); err != nil || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || u.Host != "" {
			refuse(w, http.StatusBadRequest, "Wrong request parameters", "/query/path must be a path of the API")
			return
		}
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		refuse(w, http.StatusTooManyRequests, "Too many pages are open", "")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &stream{w: w, rc: http.NewResponseController(w)}
	_ = out.rc.SetWriteDeadline(time.Time{}) // a stream outlives any limit on writing an answer
	out.raw("retry: 1000\n: tapgate console\n\n")
	s.follow(r, in, paths, out)
}

// follow looks until the reader goes away, the session ends, or the server does.
func (s *Server) follow(r *http.Request, in session, paths []string, out *stream) {
	seen := make([][]byte, len(paths))
	tick, beat := time.NewTicker(s.WatchEvery), time.NewTicker(beatEvery)
	defer tick.Stop()
	defer beat.Stop()
	for out.err == nil {
		if now, ok := s.session(r); !ok || now.token != in.token {
			out.send("ended", map[string]any{})
			return
		}
		for i, p := range paths {
			status, body := ask(r.Context(), s.Watched, in.token, p)
			if r.Context().Err() != nil {
				return
			}
			if fresh := fmt.Appendf(nil, "%d %s", status, body); !bytes.Equal(fresh, seen[i]) {
				seen[i] = fresh
				out.send("changed", changed{p, status, asJSON(body)})
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.ended:
			return
		case <-beat.C:
			out.raw(": still here\n\n")
		case <-tick.C:
		}
	}
}

// changed is a new answer of a call.
type changed struct {
	Path   string          `json:"path"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// asJSON is a body that can stand in JSON: what is none becomes null.
func asJSON(body []byte) json.RawMessage {
	if !json.Valid(body) {
		return json.RawMessage("null")
	}
	return body
}

// stream writes server-sent events; after the first error it writes no more.
type stream struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

// send writes one event. Encoded JSON has no line breaks, so its data is one line.
func (e *stream) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		e.err = err
		return
	}
	e.raw(fmt.Sprintf("event: %s\ndata: %s\n\n", name, data))
}

func (e *stream) raw(text string) {
	if e.err != nil {
		return
	}
	if _, e.err = fmt.Fprint(e.w, text); e.err == nil {
		e.err = e.rc.Flush()
	}
}
