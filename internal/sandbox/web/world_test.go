package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
	"tapgate/internal/sandbox/web"
)

const (
	businessNumber = "919984351847"
	jonathan       = "61371989950"
	patience       = 20 * time.Second
)

// All networks of this package have one seed, hence one root key: the client library keeps it per process.
func TestMain(m *testing.M) {
	n, err := sandbox.Open(sandbox.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	whatsmeow.WACertPubKey = n.RootKey()
	phone.QuietSignal(slog.New(slog.DiscardHandler))
	_ = n.Close()
	os.Exit(m.Run())
}

// world is a running sandbox: a network, the customer Jonathan, and the server under test. A business
// client is there once pair was called.
type world struct {
	t        testing.TB
	net      *sandbox.Network
	book     *phone.Book
	inbox    *web.Inbox
	url      string
	business *business
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, inbox: web.NewInbox(50)}
	w.net = must(sandbox.Open(sandbox.Options{}))(t)
	t.Cleanup(func() { _ = w.net.Close() })
	w.book = must(phone.Open(w.context(), phone.Options{Network: w.net}))(t)
	t.Cleanup(func() { _ = w.book.Close() })
	must(w.book.Add(w.context(), jonathan, "Jonathan"))(t)
	server := web.New(web.Options{
		Book: w.book, Network: w.net, Inbox: w.inbox, Business: businessNumber,
		Facts: func() map[string]any {
			return map[string]any{
				"api": "http://127.0.0.1:8080", "token": "secret", "curl": "curl http://127.0.0.1:8080",
				"network": "127.0.0.1:9090", "root_key": strings.Repeat("5ca1ab1e", 8),
			}
		},
	})
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		_ = server.Close()
		listener.Close()
	})
	w.url = listener.URL
	return w
}

func (w *world) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	w.t.Cleanup(cancel)
	return ctx
}

// call makes a request and returns the status and the JSON value of the answer.
func (w *world) call(method, path, body string) (int, any) {
	w.t.Helper()
	status, raw := w.fetch(method, path, body)
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		w.t.Fatalf("%s %s answered %d with no JSON: %q", method, path, status, raw)
	}
	return status, v
}

func (w *world) fetch(method, path, body string) (int, []byte) {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.context(), method, w.url+path, strings.NewReader(body)))(w.t)
	resp := must(http.DefaultTransport.RoundTrip(r))(w.t)
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, must(io.ReadAll(resp.Body))(w.t)
}

// ok makes a request that has to be answered with 200.
func (w *world) ok(method, path, body string) any {
	w.t.Helper()
	status, v := w.call(method, path, body)
	if status != http.StatusOK {
		w.t.Fatalf("%s %s answered %d: %v", method, path, status, v)
	}
	return v
}

// refused makes a request that has to be refused with a status and an error that says all the words.
func (w *world) refused(method, path, body string, status int, words ...string) {
	w.t.Helper()
	got, v := w.call(method, path, body)
	fault, _ := v.(map[string]any)["error"].(map[string]any)
	if got != status || fault["code"] != float64(status) || fault["message"] == "" {
		w.t.Fatalf("%s %s %s answered %d %v, want %d", method, path, body, got, v, status)
	}
	text := fmt.Sprint(fault["message"], " ", fault["details"])
	for _, word := range words {
		if !strings.Contains(text, word) {
			w.t.Errorf("%s %s says %q, want %q in it", method, path, text, word)
		}
	}
}

// message waits until Jonathan's phone holds a message that fits, and returns it as the API shows it.
func (w *world) message(what string, fits func(map[string]any) bool) map[string]any {
	w.t.Helper()
	changes, cancel := w.book.Subscribe()
	defer cancel()
	deadline := time.After(patience)
	for {
		for _, m := range w.ok("GET", "/sandbox/customers/"+jonathan+"/messages", "").([]any) {
			if m := m.(map[string]any); fits(m) {
				return m
			}
		}
		select {
		case <-changes:
		case <-deadline:
			w.t.Fatalf("the phone got no %s", what)
		}
	}
}

func (w *world) messageWith(field, value string) map[string]any {
	w.t.Helper()
	return w.message("message with "+field+" "+value, func(m map[string]any) bool { return m[field] == value })
}

// body is JSON of v.
func body(v any) string {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(v)
	return b.String()
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
