package torture_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/backend/meow"
	"tapgate/internal/config"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

const (
	business = "919984351847"
	jonathan = "61371989950"
	patience = 2 * time.Minute
)

// world is an emulated network with one customer, the gateway on it, and a receiver.
type world struct {
	t        *testing.T
	customer *phone.Phone
	facts    app.Facts

	mu   sync.Mutex
	told map[string]map[string]bool // texts of the customer, and the ids of the messages that had them
}

func newWorld(t *testing.T) *world {
	t.Helper()
	meow.QuietLogs(slog.New(slog.DiscardHandler))
	w := &world{t: t, told: map[string]map[string]bool{}}
	hook := httptest.NewServer(http.HandlerFunc(w.hook))
	t.Cleanup(hook.Close)

	n, err := sandbox.Open(sandbox.Options{})
	w.must(err)
	w.must(meow.UseNetwork(n.RootKey()))
	server := httptest.NewServer(n)
	book, err := phone.Open(t.Context(), phone.Options{Network: n})
	w.must(err)
	t.Cleanup(func() {
		book.Close()
		n.Close()
		server.Close()
	})
	w.customer, err = book.Add(t.Context(), jonathan, "Jonathan")
	w.must(err)

	key := n.RootKey()
	running, err := app.Serve(t.Context(), config.Serve{
		Listen: "127.0.0.1:0", Data: t.TempDir(), Webhook: hook.URL,
		Peer: server.Listener.Addr().String(), Root: hex.EncodeToString(key[:]),
	}, app.Options{})
	w.must(err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := running.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	w.facts = running.Facts()
	var login struct{ RowData string }
	w.must(w.call("GET", "/users/login/rowdata", nil, &login))
	w.must(book.Scan(t.Context(), business, login.RowData))
	w.eventually("the channel connects", func() (bool, string) {
		var health struct{ Status struct{ Text string } }
		w.must(w.call("GET", "/health", nil, &health))
		return health.Status.Text == "AUTH", health.Status.Text
	})
	return w
}

// must ends the test, or the goroutine of it, after a failure.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Error(err)
		w.t.FailNow()
	}
}

// hook is the receiver.
func (w *world) hook(_ http.ResponseWriter, r *http.Request) {
	var told struct {
		Messages []struct {
			ID     string
			FromMe bool `json:"from_me"`
			Text   struct{ Body string }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&told); err != nil {
		w.t.Errorf("webhook: %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range told.Messages {
		if m.FromMe {
			continue
		}
		if w.told[m.Text.Body] == nil {
			w.told[m.Text.Body] = map[string]bool{}
		}
		w.told[m.Text.Body][m.ID] = true
	}
}

// heard returns the texts that were told, and under how many ids each.
func (w *world) heard() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	heard := map[string]int{}
	for text, ids := range w.told {
		heard[text] = len(ids)
	}
	return heard
}

// send sends a message with a button, and returns its text.
func (w *world) send(text string) string {
	var answer struct{ Message struct{ Status string } }
	w.must(w.call("POST", "/messages/interactive", map[string]any{
		"to": jonathan, "type": "button", "body": map[string]any{"text": text},
		"action": map[string]any{"buttons": []any{map[string]any{"type": "quick_reply", "title": "Take it", "id": "take"}}},
	}, &answer))
	if answer.Message.Status != "sent" && answer.Message.Status != "pending" {
		w.t.Errorf("%s is %s", text, answer.Message.Status)
	}
	return text
}

// shows waits until the customer's phone holds these messages of ours, each once, drawn with its button.
func (w *world) shows(want ...string) {
	w.t.Helper()
	w.eventually("the phone shows everything", func() (bool, string) {
		var got []string
		for _, m := range w.customer.Messages() {
			if !m.FromMe && m.Drawn && len(m.Buttons) == 1 {
				got = append(got, m.Body)
			}
		}
		left := slices.DeleteFunc(slices.Clone(want), func(text string) bool { return slices.Contains(got, text) })
		return len(left) == 0, fmt.Sprintf("%d of %d are not shown, first %.10q", len(left), len(want), left)
	})
	count := map[string]int{}
	for _, m := range w.customer.Messages() {
		if !m.FromMe {
			count[m.Body]++
			if count[m.Body] > 1 || !m.Drawn {
				w.t.Errorf("%q is shown %d times, drawn %v", m.Body, count[m.Body], m.Drawn)
			}
		}
	}
	if len(count) != len(want) {
		w.t.Errorf("the phone shows %d messages, want %d", len(count), len(want))
	}
}

// delivered waits until the gateway knows of all it sent that the phone has it.
func (w *world) delivered() {
	w.t.Helper()
	w.eventually("the gateway knows that all was delivered", func() (bool, string) {
		var list struct{ Messages []struct{ Status string } }
		w.must(w.call("GET", "/messages/list?from_me=true&count=500", nil, &list))
		left := slices.DeleteFunc(list.Messages, func(m struct{ Status string }) bool { return m.Status == "delivered" || m.Status == "read" })
		return len(left) == 0, fmt.Sprintf("%d are not: %.100v", len(left), left)
	})
}

// eventually waits until done, whose text says what is missing.
func (w *world) eventually(what string, done func() (bool, string)) {
	w.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, missing := done()
		if ok {
			return
		}
		select {
		case <-deadline.C:
			w.t.Fatalf("not after %s: %s; %s", patience, what, missing)
		case <-tick.C:
		}
	}
}

func (w *world) call(method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.facts.API+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.facts.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %d: %s", method, path, resp.StatusCode, strings.TrimSpace(string(answer)))
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
