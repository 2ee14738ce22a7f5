package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tapgate/internal/sandbox/phone"
)

// change is a change on a phone together with the message it is about, as it now stands.
type change struct {
	phone.Change
	Message *phone.Message `json:"message,omitempty"`
}

// stream sends what happens as server-sent events. The event's name is "webhook", with the request
// as its data, or what changed on a phone: "message", "status", "tap", "typing", "presence", "platform",
// "group", "missed" (some changes, as the reader is too slow: it fetches everything again). It starts with now; on (re)connecting a reader fetches the past by itself.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	changes, cancelChanges := s.Book.Subscribe()
	defer cancelChanges()
	received, cancelReceived := s.Inbox.Subscribe()
	defer cancelReceived()
	seen := s.Inbox.Newest()

	out := &events{w: w, rc: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	_ = out.rc.SetWriteDeadline(time.Time{}) // a stream outlives any limit on writing an answer; not every writer has one
	out.raw("retry: 1000\n: tapgate sandbox\n\n")

	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for out.err == nil {
		select {
		case <-r.Context().Done():
			return nil
		case <-s.ended:
			return nil
		case <-beat.C:
			out.raw(": still here\n\n")
		case <-received:
			for _, request := range s.Inbox.After(seen) {
				seen = request.Number
				out.send("webhook", request)
			}
		case c, open := <-changes:
			if !open {
				return nil
			}
			out.send(c.What, s.withMessage(c))
		}
	}
	return nil
}

func (s *Server) withMessage(c phone.Change) change {
	out := change{Change: c}
	if p, ok := s.Book.Phone(c.Customer); ok && c.MessageID != "" {
		if m, ok := p.Message(c.MessageID); ok {
			out.Message = &m
		}
	}
	return out
}

// beatEvery is how often an idle stream shows that it lives, so that a dead one is noticed.
const beatEvery = 15 * time.Second

// events writes server-sent events; after the first error it writes no more.
type events struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

// send writes one event. JSON has no line breaks, so its data is one line.
func (e *events) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		e.err = err
		return
	}
	e.raw(fmt.Sprintf("event: %s\ndata: %s\n\n", name, data))
}

func (e *events) raw(text string) {
	if e.err != nil {
		return
	}
	if _, e.err = fmt.Fprint(e.w, text); e.err == nil {
		e.err = e.rc.Flush()
	}
}
