package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// receiver is a program that webhooks are sent to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []received
}

type received struct {
	header http.Header
	body   []byte
	status int // how it was answered
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	status := r.status
	r.got = append(r.got, received{req.Header, body, status})
	r.mu.Unlock()
	w.WriteHeader(status)
	io.WriteString(w, "receiver says "+strconv.Itoa(status))
}

// receiver starts a receiver that answers with a status, sets $NAME to its URL, or changes its status.
func (s *session) receiver(ts *testscript.TestScript, args []string) {
	name := args[0]
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	r := s.receivers[name]
	if r == nil {
		r = &receiver{}
		r.Server = httptest.NewServer(r)
		ts.Defer(r.Close)
		s.receivers[name] = r
		ts.Setenv(name, r.URL)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// signed waits until the receiver has answered so many different events with 200, and checks every
// request it ever got with the public library of Standard Webhooks and each of the secrets, of which
// one has to do; the last request has to be signed with all.
func (s *session) signed(ts *testscript.TestScript, args []string) {
	r := s.receivers[args[0]]
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	var verifiers []*standardwebhooks.Webhook
	for _, secret := range args[2:] {
		v, err := standardwebhooks.NewWebhook(secret)
		ts.Check(err)
		verifiers = append(verifiers, v)
	}
	var got []received
	if !eventually(func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		got = r.got
		taken := map[string]bool{}
		for _, q := range got {
			if q.status == http.StatusOK {
				taken[q.header.Get("webhook-id")] = true
			}
		}
		return len(taken) >= want
	}) {
		ts.Fatalf("%s did not get %d events, but %d requests", args[0], want, len(got))
	}
	for i, q := range got {
		valid := 0
		for _, v := range verifiers {
			if v.Verify(q.body, q.header) == nil {
				valid++
			}
			if v.Verify(append([]byte(" "), q.body...), q.header) == nil {
				ts.Fatalf("request %d: another body passes, too", i)
			}
		}
		if valid == 0 || i == len(got)-1 && valid != len(verifiers) {
			ts.Fatalf("request %d of %d is signed with %d of %d secrets: %q", i+1, len(got), valid, len(verifiers), q.header)
		}
	}
}
