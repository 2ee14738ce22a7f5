package web

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one webhook request as the inbox received it.
type Request struct {
	// Number counts requests from 1 without gaps, also across Clear.
	Number int `json:"number"`
	// Method is the HTTP method.
	Method string `json:"method"`
	// Path is the path with its query.
	Path string `json:"path"`
	// Headers holds each header once; several values of one name are joined with ", ".
	Headers map[string]string `json:"headers"`
	// Body is the JSON value received, or a JSON string of the bytes when they are not JSON.
	Body json.RawMessage `json:"body"`
	// Status is what the inbox answered.
	Status int `json:"status"`
	// At is when the request was complete, in UTC.
	At time.Time `json:"at"`
}

// Inbox receives webhooks: it answers 200 to any method on any path and keeps what came. It is
// the program that a developer has not written yet.
type Inbox struct {
	limit int

	mu       sync.Mutex
	requests []Request
	count    int
	failWith int
	failures int
	watchers map[chan struct{}]struct{}
}

const (
	inboxBodyLimit = 1 << 20 // bytes; what lies beyond is refused, never cut
	inboxDefault   = 500
)

// NewInbox returns an inbox that keeps the newest limit requests, 500 when limit is not positive.
func NewInbox(limit int) *Inbox {
	if limit <= 0 {
		limit = inboxDefault
	}
	return &Inbox{limit: limit, watchers: map[chan struct{}]struct{}{}}
}

// ServeHTTP records the request and answers 200, or the status of a fault that Fail set. A body
// over 1 MiB is answered with 413 and not kept.
func (in *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, inboxBodyLimit))
	if err != nil {
		writeProblem(w, problem{Status: http.StatusRequestEntityTooLarge, Message: "the webhook body is larger than 1 MiB or ended early"})
		return
	}
	kept := in.keep(Request{
		Method: r.Method, Path: r.URL.RequestURI(), Headers: flat(r.Header),
		Body: asJSON(body), At: time.Now().UTC(),
	})
	if kept.Status != http.StatusOK {
		writeProblem(w, problem{Status: kept.Status, Message: "the sandbox was told to refuse this webhook"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
}

// Requests returns what the inbox holds, oldest first.
func (in *Inbox) Requests() []Request { return in.After(0) }

// After returns the requests with a Number above number, oldest first.
func (in *Inbox) After(number int) []Request {
	in.mu.Lock()
	defer in.mu.Unlock()
	i, _ := slices.BinarySearchFunc(in.requests, number+1, func(r Request, n int) int { return r.Number - n })
	return append([]Request{}, in.requests[i:]...)
}

// Newest returns the Number of the newest request so far, 0 before the first.
func (in *Inbox) Newest() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.count
}

// Clear forgets all requests.
func (in *Inbox) Clear() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.requests = nil
	in.wake()
}

// Fail makes the inbox answer the next count requests with status. They are kept all the same.
func (in *Inbox) Fail(status, count int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.failWith, in.failures = status, count
}

// Subscribe returns a channel that is signalled after each change, several changes at once
// possibly by one signal; read the changes with After. Cancel ends it.
func (in *Inbox) Subscribe() (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	in.mu.Lock()
	defer in.mu.Unlock()
	in.watchers[c] = struct{}{}
	return c, func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		delete(in.watchers, c)
	}
}

func (in *Inbox) keep(r Request) Request {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.count++
	r.Number, r.Status = in.count, http.StatusOK
	if in.failures > 0 {
		in.failures--
		r.Status = in.failWith
	}
	in.requests = append(in.requests, r)
	if over := len(in.requests) - in.limit; over > 0 {
		in.requests = slices.Delete(in.requests, 0, over)
	}
	in.wake()
	return r
}

// wake signals every watcher. The caller holds mu.
func (in *Inbox) wake() {
	for c := range in.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func flat(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for name, values := range h {
		out[name] = strings.Join(values, ", ")
	}
	return out
}

// asJSON returns body itself when it is one JSON value and otherwise a JSON string of it.
func asJSON(body []byte) json.RawMessage {
	if json.Valid(body) {
		return body
	}
	text, err := json.Marshal(string(body))
	if err != nil {
		return json.RawMessage(`""`)
	}
	return text
}
