package crash_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// receiver is a program's webhook endpoint. While trouble is on it fails, hangs and answers late.
type receiver struct {
	mu      sync.Mutex
	random  *rand.Rand
	trouble bool
	calm    chan struct{} // closed when trouble ends: those who hang go on
	// heard tells, for each message of a customer, under which event ids it was told, and whether
	// one of these requests was answered with 200.
	heard map[string]*hearing
	// order is the order of first requests, by chat.
	order map[string][]string
	// requests counts all, doubled those for messages that had been answered with 200 before.
	requests, doubled int
}

type hearing struct {
	events map[string]bool
	ok     bool
}

func newReceiver(seed uint64) *receiver {
	return &receiver{
		random: rand.New(rand.NewPCG(seed, 2)), trouble: true, calm: make(chan struct{}),
		heard: map[string]*hearing{}, order: map[string][]string{},
	}
}

// settle ends the trouble.
func (r *receiver) settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = false
	close(r.calm)
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the gateway was killed while it wrote: it will come again
	}
	eventID := req.Header.Get("webhook-id")
	if eventID == "" {
		eventID = req.Header.Get("X-Tapgate-Event")
	}
	status := r.fate()
	switch status {
	case hang:
		select {
		case <-req.Context().Done():
		case <-r.calm:
		case <-time.After(3 * time.Second):
		}
		status = http.StatusServiceUnavailable
	case late:
		select {
		case <-req.Context().Done():
		case <-time.After(300 * time.Millisecond):
		}
		status = http.StatusOK
	}
	r.note(body, eventID, status == http.StatusOK)
	w.WriteHeader(status)
}

const (
	hang = -1
	late = -2
)

func (r *receiver) fate() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	if !r.trouble {
		return http.StatusOK
	}
	switch n := r.random.IntN(100); {
	case n < 20:
		return http.StatusInternalServerError
	case n < 22:
		return hang
	case n < 27:
		return late
	case n < 30:
		return http.StatusFound
	}
	return http.StatusOK
}

// note writes down what a request told of customers' messages.
func (r *receiver) note(body []byte, eventID string, ok bool) {
	var told struct {
		Messages []struct {
			ID     string `json:"id"`
			FromMe bool   `json:"from_me"`
			ChatID string `json:"chat_id"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &told) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range told.Messages {
		if m.FromMe {
			continue
		}
		h := r.heard[m.ID]
		if h == nil {
			h = &hearing{events: map[string]bool{}}
			r.heard[m.ID] = h
			r.order[m.ChatID] = append(r.order[m.ChatID], m.ID)
		}
		if h.ok {
			r.doubled++
		}
		h.events[eventID] = true
		h.ok = h.ok || ok
	}
}

// has reports whether the message was told and answered with 200.
func (r *receiver) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.heard[id]
	return h != nil && h.ok
}
