package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// stream reads server-sent events.
type stream struct {
	t     testing.TB
	lines *bufio.Scanner
}

func (v *visitor) watch(paths ...string) *stream {
	v.w.t.Helper()
	ctx, cancel := context.WithTimeout(v.w.t.Context(), patience)
	v.w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", v.w.facts.API+"/console/watch?path="+strings.Join(paths, "&path="), http.NoBody)
	if err != nil {
		v.w.t.Fatal(err)
	}
	res, err := v.client.Do(r)
	if err != nil {
		v.w.t.Fatal(err)
	}
	v.w.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		v.w.t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	return &stream{v.w.t, bufio.NewScanner(res.Body)}
}

// next returns the name and the data of the next event.
func (s *stream) next() (name string, data any) {
	s.t.Helper()
	for s.lines.Scan() {
		switch key, value, _ := strings.Cut(s.lines.Text(), ": "); key {
		case "event":
			name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &data); err != nil {
				s.t.Fatal(err)
			}
			return name, data
		}
	}
	s.t.Fatalf("the stream ended: %v", s.lines.Err())
	return "", nil
}

func TestWatchTellsWhatChanges(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	s := v.watch("/messages/list", "/tapgate/nothing")
	if name, first := s.next(); name != "changed" || at(first, "path") != "/messages/list" || at(first, "status") != 200.0 || at(first, "body", "total") != 0.0 {
		t.Fatalf("%s %v", name, first)
	}
	if _, second := s.next(); at(second, "path") != "/tapgate/nothing" || at(second, "status") != 404.0 {
		t.Fatalf("%v", second)
	}
	w.direct(200, "POST", "/messages/text", `{"to":"61371989950","body":"hello"}`)
	if _, third := s.next(); at(third, "path") != "/messages/list" || at(third, "body", "messages", 0, "text", "body") != "hello" {
		t.Fatalf("%v", third)
	}
	// What is watched ends with the session.
	v.must(204, "DELETE", "/console/session", "")
	for {
		if name, _ := s.next(); name == "ended" {
			break
		}
	}
	v.must(401, "GET", "/console/watch?path=/health", "")
}

func TestWatchRefuses(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	for _, query := range []string{"", "?path=", "?path=health", "?path=//evil.example/x", "?path=http://evil.example/", "?path=" + strings.Repeat("/&path=", 7) + "/"} {
		v.must(400, "GET", "/console/watch"+query, "")
	}
}
