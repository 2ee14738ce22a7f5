package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/whapi/whapitest"
)

// patience bounds every wait for something that has to happen.
const patience = 30 * time.Second

// readContract reads the OpenAPI document, to check each exchange of a test against.
var readContract = sync.OnceValues(whapitest.New)

// user speaks HTTP to a running process.
type user struct {
	t     *testing.T
	facts app.Facts
}

// ask sends a request and returns status and answer; body "" sends none.
func (u user) ask(method, url, body string) (int, any) {
	u.t.Helper()
	status, doc, err := u.try(method, url, body)
	if err != nil {
		u.t.Fatal(err)
	}
	return status, doc
}

// try is ask for any goroutine.
func (u user) try(method, url, body string) (int, any, error) {
	req, err := http.NewRequestWithContext(u.t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+u.facts.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	kept, err := readContract()
	if err != nil {
		return 0, nil, err
	}
	client := http.Client{Timeout: patience, Transport: kept.Transport(http.DefaultTransport, func(err error) { u.t.Errorf("%v", err) })}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, err
	}
	var doc any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &doc); err != nil {
			return 0, nil, fmt.Errorf("%s %s: %d %q", method, url, res.StatusCode, raw)
		}
	}
	return res.StatusCode, doc, nil
}

// raw sends a request and returns the answer as it is.
func (u user) raw(method, url, body string) (*http.Response, []byte) {
	u.t.Helper()
	req, err := http.NewRequestWithContext(u.t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		u.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+u.facts.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		u.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		u.t.Fatal(err)
	}
	return res, answer
}

// must asks and fails unless the answer has the status.
func (u user) must(status int, method, url, body string) any {
	u.t.Helper()
	got, doc := u.ask(method, url, body)
	if got != status {
		u.t.Fatalf("%s %s: %d, want %d: %v", method, url, got, status, doc)
	}
	return doc
}

// await asks until ok says that the answer is right.
func (u user) await(what, url string, ok func(doc any) bool) {
	u.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		_, doc := u.ask("GET", url, "")
		if ok(doc) {
			return
		}
		select {
		case <-deadline.C:
			u.t.Fatalf("%s: not after %s; last answer: %v", what, patience, doc)
		case <-tick.C:
		}
	}
}

// at returns what stands below doc; an int steps into a list, a string into an object. It is nil
// where nothing stands.
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

// example returns a literal payload of the dialect's help page.
func example(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "whapi", "testdata", "help", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// keep stops the process at the end of the test, unless stop did.
func keep(t *testing.T, r *app.Running, err error) user {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	return user{t, r.Facts()}
}

func stop(t *testing.T, r *app.Running) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// logTo returns options that log into the test's output.
func logTo(t *testing.T) app.Options {
	return app.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Version: "test"}
}
