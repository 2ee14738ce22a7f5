package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tapgate/internal/sandbox/web"
)

func post(in *web.Inbox, method, path, body string, header ...string) int {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	return w.Code
}

func TestInboxKeepsWhatCame(t *testing.T) {
	in := web.NewInbox(10)
	post(in, "POST", "/hook?a=1", ` {"event": {"type":"messages"}, "n": 12345678901234567890} `, "X-One", "1", "X-One", "2")
	post(in, "PUT", "/other", "not <json>")
	post(in, "DELETE", "/", "")
	got := in.Requests()
	if len(got) != 3 {
		t.Fatalf("inbox holds %d requests, want 3", len(got))
	}
	first := got[0]
	if first.Method != "POST" || first.Path != "/hook?a=1" || first.Headers["X-One"] != "1, 2" || first.Number != 1 || first.At.IsZero() {
		t.Errorf("first request %+v", first)
	}
	if !strings.Contains(string(first.Body), "12345678901234567890") {
		t.Errorf("JSON body %s lost digits", first.Body)
	}
	if string(got[1].Body) != `"not \u003cjson\u003e"` || string(got[2].Body) != `""` {
		t.Errorf("bodies that are no JSON: %s, %s; want JSON strings", got[1].Body, got[2].Body)
	}
}

func TestInboxKeepsTheNewest(t *testing.T) {
	in := web.NewInbox(3)
	for i := range 5 {
		post(in, "POST", fmt.Sprintf("/%d", i), "{}")
	}
	got := in.Requests()
	if len(got) != 3 || got[0].Path != "/2" || got[2].Path != "/4" || got[2].Number != 5 {
		t.Errorf("inbox holds %+v, want the newest three, oldest first", got)
	}
	if after := in.After(4); len(after) != 1 || after[0].Path != "/4" {
		t.Errorf("after 4: %+v", after)
	}
	in.Clear()
	post(in, "POST", "/later", "{}")
	if got := in.Requests(); len(got) != 1 || got[0].Number != 6 {
		t.Errorf("after clearing: %+v, want request 6 alone", got)
	}
}

func TestInboxLimitsBodies(t *testing.T) {
	in := web.NewInbox(3)
	if code := post(in, "POST", "/", strings.Repeat("x", 1<<20+1)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body over 1 MiB is answered with %d", code)
	}
	if n := len(in.Requests()); n != 0 {
		t.Errorf("inbox holds %d requests, want none", n)
	}
	if code := post(in, "POST", "/", strings.Repeat("x", 1<<20)); code != http.StatusOK {
		t.Errorf("a body of 1 MiB is answered with %d", code)
	}
}

func TestInboxSignals(t *testing.T) {
	in := web.NewInbox(3)
	changed, cancel := in.Subscribe()
	post(in, "POST", "/", "{}")
	select {
	case <-changed:
	case <-time.After(patience):
		t.Fatal("no signal")
	}
	cancel()
	post(in, "POST", "/", "{}")
	select {
	case <-changed:
		t.Error("a signal after the end")
	default:
	}
}
