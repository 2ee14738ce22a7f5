package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// request sends one request. The script's $TOKEN goes along, and its $KEY as Idempotency-Key.
func (s *session) request(ts *testscript.TestScript, method, url, mediaType string, body []byte) (int, any) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	ts.Check(err)
	if token := ts.Getenv("TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key := ts.Getenv("KEY"); key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", mediaType)
	}
	var wrong error
	client := http.Client{Timeout: patience}
	if !s.onMetrics(ts, url) {
		client.Transport = s.contract.Transport(http.DefaultTransport, func(err error) { wrong = err })
	}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	ts.Check(wrong)
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	var doc any
	if json.Unmarshal(answer, &doc) != nil {
		doc = string(answer)
	}
	return resp.StatusCode, doc
}

// onMetrics reports whether the URL is on a listener for metrics, which the document says nothing of.
func (s *session) onMetrics(ts *testscript.TestScript, url string) bool {
	for name := range s.running {
		if base := ts.Getenv(name + "_metrics"); base != "" && strings.HasPrefix(url, base+"/") {
			return true
		}
	}
	return false
}

func (s *session) http(ts *testscript.TestScript, args []string) {
	var body []byte
	if len(args) > 3 {
		body = []byte(args[3])
		if !strings.HasPrefix(strings.TrimSpace(args[3]), "{") {
			body = []byte(ts.ReadFile(args[3]))
		}
	}
	s.expect(ts, args[0], args[1], args[2], body)
}

func (s *session) expect(ts *testscript.TestScript, want, method, url string, body []byte) {
	s.expectAs(ts, want, method, url, "application/json", body)
}

func (s *session) expectAs(ts *testscript.TestScript, want, method, url, mediaType string, body []byte) {
	status, doc := s.request(ts, method, url, mediaType, body)
	s.doc = doc
	fmt.Fprintln(ts.Stdout(), text(doc))
	if strconv.Itoa(status) != want {
		ts.Fatalf("%s %s: status %d, want %s: %s", method, url, status, want, text(doc))
	}
}

func (s *session) tap(ts *testscript.TestScript, args []string) {
	press := map[string]any{"message_id": args[2]}
	for _, arg := range args[3:] {
		key, value, _ := strings.Cut(arg, "=")
		if n, err := strconv.Atoi(value); err == nil {
			press[key] = n
		} else {
			press[key] = value
		}
	}
	body, err := json.Marshal(press)
	ts.Check(err)
	s.expect(ts, args[0], "POST", sandbox(ts)+"/sandbox/customers/"+args[1]+"/tap", body)
}

// sandbox is where the control API listens: $SANDBOX.
func sandbox(ts *testscript.TestScript) string { return ts.Getenv("SANDBOX") }

func (s *session) await(ts *testscript.TestScript, args []string) {
	var got string
	if !eventually(func() bool {
		_, s.doc = s.request(ts, "GET", args[0], "", nil)
		found, ok := at(s.doc, args[1])
		got = text(found)
		return ok && got == args[2]
	}) {
		ts.Fatalf("%s: %s is %s, want %s; last answer: %s", args[0], args[1], got, args[2], text(s.doc))
	}
	fmt.Fprintln(ts.Stdout(), text(s.doc))
}

func (s *session) metric(ts *testscript.TestScript, args []string) {
	want, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	if !eventually(func() bool {
		_, s.doc = s.request(ts, "GET", args[0], "", nil)
		return want.MatchString(text(s.doc))
	}) {
		ts.Fatalf("%s: nothing matches %s in the last answer: %s", args[0], args[1], text(s.doc))
	}
}

func (s *session) webhook(ts *testscript.TestScript, neg bool, args []string) {
	want := pairs(ts, args)
	var inbox any
	find := func() bool {
		_, inbox = s.request(ts, "GET", sandbox(ts)+"/sandbox/webhooks", "", nil)
		list, _ := inbox.([]any)
		for _, entry := range list {
			body, _ := at(entry, "body")
			if matches(body, want) {
				s.doc = body
				return true
			}
		}
		return false
	}
	switch {
	case neg && find():
		ts.Fatalf("a webhook matches %v: %s", args, text(s.doc))
	case !neg && !eventually(find):
		ts.Fatalf("no webhook matches %v; inbox: %s", args, text(inbox))
	case !neg:
		fmt.Fprintln(ts.Stdout(), text(s.doc))
	}
}

func matches(doc any, want [][2]string) bool {
	for _, w := range want {
		if got, ok := at(doc, w[0]); !ok || text(got) != w[1] {
			return false
		}
	}
	return true
}

// eventually asks every few milliseconds until done or out of patience.
func eventually(done func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		if done() {
			return true
		}
		select {
		case <-deadline.C:
			return false
		case <-tick.C:
		}
	}
}

func (s *session) same(ts *testscript.TestScript, args []string) {
	raw, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	var want any
	ts.Check(json.Unmarshal(raw, &want))
	for _, path := range args[1:] {
		if _, ok := at(s.doc, path); !ok {
			ts.Fatalf("nothing stands at %s of %s", path, text(s.doc))
		}
		s.doc, want = without(s.doc, path), without(want, path)
	}
	if got, want := indented(s.doc), indented(want); got != want {
		ts.Fatalf("the document differs from %s\n--- got\n%s\n--- want\n%s", args[0], got, want)
	}
}
