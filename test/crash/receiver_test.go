package crash_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// receiverSeed is set for a child of the test that is a program's webhook endpoint.
const receiverSeed = "TAPGATE_TEST_RECEIVER"

// TestMain is the test, or the receiver.
func TestMain(m *testing.M) {
	seed, err := strconv.ParseUint(os.Getenv(receiverSeed), 10, 64)
	if err != nil {
		os.Exit(m.Run())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("{\"api\":\"http://%s\"}\n", l.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(l, newReceiver(seed)))
	os.Exit(1)
}

// receiver is a program's webhook endpoint. While trouble is on it fails, hangs, answers late and
// breaks off.
type receiver struct {
	http.ServeMux
	mu      sync.Mutex
	random  *rand.Rand
	trouble bool
	calm    chan struct{} // closed when trouble ends: those who hang go on
	report  report
	done    map[string]bool // event ids that were answered with 200
}

// report is what a receiver has seen.
type report struct {
	// Heard tells of each message how it was told.
	Heard map[string]*hearing
	// Order is the order of first requests, by chat: what customers wrote, and what we sent.
	Written, Sent map[string][]string
	// Requests counts all, Doubled those of events that had been answered with 200 before.
	Requests, Doubled int
	// Signed holds the signature of each event's last request, to be checked by another program.
	Signed map[string]signed
	// Strange are requests that are not webhooks of tapgate.
	Strange []string
}

// hearing is how a message was told.
type hearing struct {
	// Events are the ids of the events that told of it.
	Events []string
	// OK says that one of the requests was answered with 200.
	OK bool
}

// signed is what a signature is over.
type signed struct {
	Header http.Header
	Body   []byte
}

func newReceiver(seed uint64) *receiver {
	r := &receiver{
		random: rand.New(rand.NewPCG(seed, 2)), trouble: true, calm: make(chan struct{}), done: map[string]bool{},
		report: report{
			Heard: map[string]*hearing{}, Written: map[string][]string{}, Sent: map[string][]string{}, Signed: map[string]signed{},
		},
	}
	r.HandleFunc("POST /hook", r.hook)
	r.HandleFunc("POST /settle", func(http.ResponseWriter, *http.Request) { r.settle() })
	r.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		json.NewEncoder(w).Encode(r.report)
	})
	r.HandleFunc("POST /missing", func(w http.ResponseWriter, req *http.Request) {
		var ids []string
		json.NewDecoder(req.Body).Decode(&ids)
		json.NewEncoder(w).Encode(r.missing(ids))
	})
	return r
}

// settle ends the trouble.
func (r *receiver) settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = false
	close(r.calm)
}

func (r *receiver) hook(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the gateway was killed while it wrote: it will come again
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
	case broken:
		r.note(req.Header, body, false)
		panic(http.ErrAbortHandler)
	}
	r.note(req.Header, body, status == http.StatusOK)
	w.WriteHeader(status)
}

const (
	hang   = -1
	late   = -2
	broken = -3
)

func (r *receiver) fate() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Requests++
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
	case n < 33:
		return broken
	}
	return http.StatusOK
}

// note writes down what a request told of messages.
func (r *receiver) note(header http.Header, body []byte, ok bool) {
	var told struct {
		Messages []struct {
			ID     string `json:"id"`
			FromMe bool   `json:"from_me"`
			ChatID string `json:"chat_id"`
		} `json:"messages"`
	}
	event := header.Get("webhook-id")
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := json.Unmarshal(body, &told); err != nil || event == "" {
		r.report.Strange = append(r.report.Strange, fmt.Sprintf("%v %q %.200s", err, event, body))
		return
	}
	if r.done[event] {
		r.report.Doubled++
	}
	r.done[event] = r.done[event] || ok
	r.report.Signed[event] = signed{http.Header{
		"Webhook-Id": {event}, "Webhook-Timestamp": header["Webhook-Timestamp"], "Webhook-Signature": header["Webhook-Signature"],
	}, body}
	for _, m := range told.Messages {
		h := r.report.Heard[m.ID]
		if h == nil {
			h = &hearing{}
			r.report.Heard[m.ID] = h
			order := r.report.Written
			if m.FromMe {
				order = r.report.Sent
			}
			order[m.ChatID] = append(order[m.ChatID], m.ID)
		}
		if len(h.Events) == 0 || h.Events[len(h.Events)-1] != event {
			h.Events = append(h.Events, event)
		}
		h.OK = h.OK || ok
	}
}

// missing returns those of the messages that were not told and answered with 200.
func (r *receiver) missing(ids []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := []string{}
	for _, id := range ids {
		if h := r.report.Heard[id]; h == nil || !h.OK {
			left = append(left, id)
		}
	}
	return left
}
