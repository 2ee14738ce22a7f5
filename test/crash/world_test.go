package crash_test

import (
	"context"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tapgate/test/process"
)

const (
	business = "919984351847"
	token    = "crash-test-token"
)

// world is the network, the gateway that is killed, and the receiver.
type world struct {
	t        *testing.T
	dir      string
	binary   string
	network  *process.Process
	address  string // of the API, the same over restarts
	receiver *process.Process
	client   process.Client
	lives    int // how often the gateway was started

	mu      sync.Mutex
	gateway *process.Process
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{
		t: t, dir: t.TempDir(), binary: process.Build(t), address: process.FreeAddress(t),
		client: process.Client{HTTP: &http.Client{Timeout: 20 * time.Second}, Token: token},
	}
	var err error
	if w.receiver, err = startReceiver(filepath.Join(w.dir, "receiver.log"), seed); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.receiver.Kill)
	if w.network, err = process.Start(w.binary, filepath.Join(w.dir, "network.log"), "network", "--listen", "127.0.0.1:0", "--data", filepath.Join(w.dir, "network")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.network.Kill)
	if err := w.revive(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kill)
	w.pair()
	return w
}

// revive starts the gateway, every other time without what makes its database faster: one life has to
// cope with what the other left.
func (w *world) revive() error {
	args := []string{
		"serve", "--listen", w.address, "--data", filepath.Join(w.dir, "gateway"),
		"--network", w.network.Facts["network"], "--network-root", w.network.Facts["root_key"], "--token", token, "--webhook", w.told("/hook"),
	}
	if w.lives++; w.lives%2 == 0 {
		args = append(args, "--plain-database")
	}
	p, err := process.Start(w.binary, filepath.Join(w.dir, "gateway.log"), args...)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gateway = p
	return nil
}

// kill ends the gateway with SIGKILL.
func (w *world) kill() {
	w.mu.Lock()
	p := w.gateway
	w.gateway = nil
	w.mu.Unlock()
	if p != nil {
		p.Kill()
	}
}

func (w *world) api(path string) string     { return "http://" + w.address + path }
func (w *world) told(path string) string    { return w.receiver.Facts["api"] + path }
func (w *world) sandbox(path string) string { return w.network.Facts["api"] + "/sandbox" + path }

func (w *world) pair() {
	w.t.Helper()
	var login struct{ RowData string }
	if err := w.call(w.t.Context(), "GET", w.api("/users/login/rowdata"), nil, "", &login); err != nil {
		w.t.Fatal(err)
	}
	if err := w.call(w.t.Context(), "POST", w.sandbox("/scan"), map[string]any{"phone": business, "qr": login.RowData}, "", nil); err != nil {
		w.t.Fatal(err)
	}
	w.connected()
}

// connected waits until the gateway says that its channel is up.
func (w *world) connected() {
	w.t.Helper()
	w.eventually("the channel connects", func() bool {
		var health struct{ Status struct{ Text string } }
		return w.call(w.t.Context(), "GET", w.api("/health"), nil, "", &health) == nil && health.Status.Text == "AUTH"
	})
}

// eventually waits until done, and fails the test when it takes too long.
func (w *world) eventually(what string, done func() bool) {
	w.t.Helper()
	process.Eventually(w.t, what, done)
}

// call sends one request and decodes the answer. Any status but 200 is an error.
func (w *world) call(ctx context.Context, method, url string, body any, key string, into any) error {
	return w.client.Call(ctx, method, url, body, key, into)
}
