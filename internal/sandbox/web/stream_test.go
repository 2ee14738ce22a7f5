package web_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/sandbox/web"
)

// events reads the stream and returns the data of the first event that has the name and fits.
func (w *world) events() func(name string, fits func(map[string]any) bool) map[string]any {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.context(), "GET", w.url+"/sandbox/events", nil))(w.t)
	resp := must(http.DefaultTransport.RoundTrip(r))(w.t)
	w.t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		w.t.Fatalf("the stream is %s", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20)
	return func(name string, fits func(map[string]any) bool) map[string]any {
		w.t.Helper()
		event := ""
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = rest
			}
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || event != name {
				continue
			}
			var v map[string]any
			if err := json.Unmarshal([]byte(data), &v); err != nil {
				w.t.Fatal(err)
			}
			if fits(v) {
				return v
			}
		}
		w.t.Fatalf("the stream ended without %s: %v", name, lines.Err())
		return nil
	}
}

func TestStream(t *testing.T) {
	w := newWorld(t)
	w.pair()
	next := w.events()
	w.send(quickReply("H", "Streamed", "F", "Yes"), mixed())
	got := next("message", func(v map[string]any) bool { return v["customer"] == jonathan })
	m, _ := got["message"].(map[string]any)
	if m["body"] != "Streamed" || m["id"] != got["message_id"] {
		t.Errorf("event %v", got)
	}
	w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": m["id"], "button": 0}))
	tapped := next("tap", func(v map[string]any) bool { return v["message_id"] == m["id"] })
	button := tapped["message"].(map[string]any)["buttons"].([]any)[0].(map[string]any)
	if button["pressed"] != true {
		t.Errorf("after the tap the event shows %v", button)
	}
	if err := w.business.cli.SendChatPresence(w.context(), types.NewJID(jonathan, types.DefaultUserServer), types.ChatPresenceComposing, ""); err != nil {
		t.Fatal(err)
	}
	if typing := next("typing", func(v map[string]any) bool { return v["customer"] == jonathan }); typing["on"] != true {
		t.Errorf("typing event %v", typing)
	}
	w.fetch("POST", "/sandbox/inbox?n=1", `{"event":{"type":"messages","event":"post"}}`)
	hook := next("webhook", func(map[string]any) bool { return true })
	if hook["path"] != "/sandbox/inbox?n=1" || hook["method"] != "POST" {
		t.Errorf("webhook event %v", hook)
	}
}

// A closed server ends its streams: an http.Server can then shut down in peace.
func TestCloseEndsStreams(t *testing.T) {
	w := newWorld(t)
	server := web.New(web.Options{Book: w.book, Network: w.net})
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Fatal("the second close fails")
	}
	done := make(chan struct{})
	r := httptest.NewRequest("GET", "/sandbox/events", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5", "localhost"
	go func() {
		defer close(done)
		server.ServeHTTP(httptest.NewRecorder(), r)
	}()
	select {
	case <-done:
	case <-w.context().Done():
		t.Fatal("the stream goes on")
	}
}
