package whapitest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTransport: the client sees what the server answered, and the report what is wrong with it.
func TestTransport(t *testing.T) {
	answers := map[string]string{
		"/health":           `{"start_at":1713774883,"uptime":78,"status":{"code":3,"text":"QR"},"mood":"fine"}`,
		"/sandbox/webhooks": `[{"number":1,"body":{"health":{"start_at":1,"uptime":0,"status":{"code":9,"text":"QR"}},"event":{"type":"channel","event":"post"},"channel_id":"c"}}]`,
		"/sandbox/groups":   `what the sandbox likes`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answers[r.URL.Path])
	}))
	defer server.Close()
	var told []string
	client := http.Client{Transport: open(t).Transport(http.DefaultTransport, func(err error) { told = append(told, err.Error()) })}
	for path, want := range map[string]string{
		"/health?token=t":   "$.body.mood is not described",
		"/sandbox/webhooks": "$.health.status.code",
		"/sandbox/groups":   "",
	} {
		told = nil
		res, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		plain, _, _ := strings.Cut(path, "?")
		if err != nil || string(got) != answers[plain] {
			t.Errorf("%s: the client got %s, %v", path, got, err)
		}
		if all := strings.Join(told, "\n"); (all == "") != (want == "") || !strings.Contains(all, want) {
			t.Errorf("%s: told %q, want %q", path, all, want)
		}
	}
}
