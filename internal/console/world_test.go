package console_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

const patience = 30 * time.Second

// world is a whole sandbox: the emulated network, the gateway with a paired channel, and the console.
type world struct {
	t     testing.TB
	facts app.Facts
	stop  func()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldIn(t, "")
}

// newWorldIn keeps the world in a directory.
func newWorldIn(t testing.TB, dir string) *world {
	t.Helper()
	r, err := app.Sandbox(t.Context(), config.Sandbox{Listen: "127.0.0.1:0", Token: "a-channel-token", Data: dir},
		app.Options{Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	t.Cleanup(stop)
	return &world{t, r.Facts(), stop}
}

// visitor is a browser without a page.
type visitor struct {
	w      *world
	client http.Client
	// header is set in each request.
	header http.Header
	host   string
}

func (w *world) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	v := &visitor{w: w, client: http.Client{Jar: jar, Timeout: patience}, header: http.Header{"X-Tapgate-Console": {"1"}}}
	w.t.Cleanup(v.client.CloseIdleConnections)
	return v
}

// ask makes a request and returns the answer with its body read.
func (v *visitor) ask(method, path, body string) (*http.Response, string) {
	v.w.t.Helper()
	r, err := http.NewRequestWithContext(v.w.t.Context(), method, v.w.facts.API+path, strings.NewReader(body))
	if err != nil {
		v.w.t.Fatal(err)
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	if v.host != "" {
		r.Host = v.host
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := v.client.Do(r)
	if err != nil {
		v.w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.w.t.Fatal(err)
	}
	return res, string(b)
}

// must asks, fails unless the answer has the status, and returns it as JSON.
func (v *visitor) must(status int, method, path, body string) any {
	v.w.t.Helper()
	res, text := v.ask(method, path, body)
	if res.StatusCode != status {
		v.w.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	var doc any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			v.w.t.Fatalf("%s %s: %q", method, path, text)
		}
	}
	return doc
}

// login opens a session with a token.
func (v *visitor) login(token string) map[string]any {
	v.w.t.Helper()
	in, _ := v.must(http.StatusOK, "POST", "/console/session", `{"token":"`+token+`"}`).(map[string]any)
	return in
}

// program is one that calls the API itself, with the channel's token.
func (w *world) program() *visitor {
	v := &visitor{w: w, client: http.Client{Timeout: patience}, header: http.Header{"Authorization": {"Bearer " + w.facts.Token}}}
	w.t.Cleanup(v.client.CloseIdleConnections)
	return v
}

// direct is what a program's call answers, which has to have the status.
func (w *world) direct(status int, method, path, body string) any {
	w.t.Helper()
	return w.program().must(status, method, path, body)
}

// at returns what stands below doc; an int steps into a list, a string into an object.
func at(doc any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			object, _ := doc.(map[string]any)
			doc = object[s]
		case int:
			list, _ := doc.([]any)
			if s < 0 {
				s += len(list)
			}
			if s < 0 || s >= len(list) {
				return nil
			}
			doc = list[s]
		}
	}
	return doc
}
