package trouble_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/test/process"
)

const adminToken = "trouble-test-admin-token"

// world is the network, the gateway, and the receiver of the webhooks.
type world struct {
	t         *testing.T
	dir, log  string
	binary    string
	network   *process.Process
	gateway   *process.Process
	address   string // of the API, the same over a restart
	receiver  *httptest.Server
	operator  process.Client
	customers []string

	mu    sync.Mutex
	calls map[string]*hearing // by the number of the channel
}

// hearing is what a channel's webhook was told.
type hearing struct {
	taps   map[string]int // how often each was told
	faults []string       // of its states, as they came
}

// shop is one channel.
type shop struct {
	*world
	id, number, customer string
	random               *rand.Rand
	fate                 fate
	since                string // cursor of the events before the trouble

	// written by one goroutine at a time
	sends, hits, refusals int
	accepted, taps        []string // ids
	open                  []int    // messages that were not answered
	took                  []time.Duration
}

// String names the channel and its fate.
func (s *shop) String() string {
	if s.fate.name == "" {
		return s.number
	}
	return s.number + " (" + s.fate.name + ")"
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{
		t: t, dir: dir, log: filepath.Join(dir, "gateway.log"), binary: process.Build(t), address: process.FreeAddress(t), calls: map[string]*hearing{},
		operator: process.Client{
			HTTP:  &http.Client{Timeout: process.Patience, Transport: &http.Transport{MaxIdleConns: 1000, MaxIdleConnsPerHost: 1000}},
			Token: adminToken,
		},
	}
	w.receiver = httptest.NewServer(http.HandlerFunc(w.hook))
	t.Cleanup(w.receiver.Close)
	var err error
	if w.network, err = process.Start(w.binary, filepath.Join(dir, "network.log"), "network", "--listen", "127.0.0.1:0", "--log-level", "warn"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.network.Kill)
	w.start()
	t.Cleanup(func() { w.gateway.Kill() })
	return w
}

func (w *world) start() {
	w.t.Helper()
	var err error
	w.gateway, err = process.Start(w.binary, w.log, "serve", "--listen", w.address, "--data", filepath.Join(w.dir, "gateway"), "--no-channel",
		"--network", w.network.Facts["network"], "--network-root", w.network.Facts["root_key"], "--admin-token", adminToken, "--answer-wait", "30s")
	if err != nil {
		w.t.Fatal(err)
	}
}

// restart ends the gateway softly and starts it again.
func (w *world) restart() {
	w.t.Helper()
	if err := w.gateway.Stop(); err != nil {
		w.t.Fatal(err)
	}
	w.start()
}

func (w *world) api(path string) string     { return "http://" + w.address + path }
func (w *world) sandbox(path string) string { return w.network.Facts["api"] + "/sandbox" + path }

// api is a path of the channel.
func (s *shop) api(path string) string { return s.world.api(path + "?channel=" + s.id) }

// open adds channels with a customer each, which several share, and pairs them.
func (w *world) open(n int) []*shop {
	w.t.Helper()
	for i := range max(4, n/5) {
		number := fmt.Sprintf("6137198%04d", i)
		w.must("POST", w.sandbox("/customers"), map[string]any{"phone": number, "name": fmt.Sprint("Customer ", i)}, nil)
		w.customers = append(w.customers, number)
	}
	shops := make([]*shop, n)
	var all sync.WaitGroup
	places := make(chan struct{}, 4)
	for i := range shops {
		s := &shop{
			world: w, number: fmt.Sprintf("9199843%05d", i), customer: w.customers[i%len(w.customers)],
			random: rand.New(rand.NewPCG(*seed, uint64(100+i))),
		}
		shops[i], w.calls[s.number] = s, &hearing{taps: map[string]int{}}
	}
	for _, s := range shops {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			var added struct{ Channel struct{ ID string } }
			w.must("POST", w.api("/tapgate/channels"), map[string]any{"name": s.number}, &added)
			s.id = added.Channel.ID
			w.must("PATCH", s.api("/settings"), map[string]any{"webhooks": []any{map[string]any{
				"url": w.receiver.URL + "/" + s.number, "mode": "body",
				"events": []any{map[string]any{"type": "messages", "method": "post"}, map[string]any{"type": "channel", "method": "post"}},
			}}}, nil)
			s.pair()
		})
	}
	all.Wait()
	if w.t.Failed() {
		w.t.FailNow()
	}
	return shops
}

// pair pairs the channel and waits until it is connected.
func (s *shop) pair() {
	s.t.Helper()
	var login struct{ RowData string }
	s.must("GET", s.world.api("/tapgate/channels/"+url.PathEscape(s.id)+"/login"), nil, &login)
	s.must("POST", s.sandbox("/scan"), map[string]any{"phone": s.number, "qr": login.RowData}, nil)
	s.becomes("connected", "")
}

// becomes waits until the channel says that it is in a state, and why.
func (s *shop) becomes(state, why string) {
	s.t.Helper()
	var last string
	deadline := time.Now().Add(2 * process.Patience)
	for {
		var c struct{ State, Fault, Reason string }
		s.must("GET", s.world.api("/tapgate/channels/"+s.id), nil, &c)
		if c.State == state && c.Fault == why {
			return
		}
		if last = c.State + " " + c.Fault + ": " + c.Reason; time.Now().After(deadline) {
			s.t.Errorf("%s: is %q, want %s %s; the gateway logged\n%s", s, last, state, why, strings.Join(slices.DeleteFunc(s.logged(s.id), func(line string) bool { return strings.Contains(line, "deliver") }), "\n"))
			return
		}
		pause(nil, 50*time.Millisecond)
	}
}

// must makes a request, from any goroutine, that has to be answered with 200.
func (w *world) must(method, url string, body, into any) {
	w.t.Helper()
	if err := w.operator.Call(w.t.Context(), method, url, body, "", into); err != nil {
		w.t.Error(err)
	}
}

// cursor stands behind all that the channel has told.
func (s *shop) cursor() string {
	s.t.Helper()
	var after string
	for {
		var page struct {
			Events []any
			Next   string
		}
		s.must("GET", s.world.api("/tapgate/events?limit=500&after="+after+"&channel="+s.id), nil, &page)
		if len(page.Events) == 0 {
			return after
		}
		after = page.Next
	}
}

// hook is the receiver of all webhooks.
func (w *world) hook(_ http.ResponseWriter, r *http.Request) {
	var told struct {
		Messages []struct {
			ID     string
			FromMe bool `json:"from_me"`
		}
		Health struct{ Fault string }
	}
	if err := json.NewDecoder(r.Body).Decode(&told); err != nil {
		w.t.Errorf("webhook: %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.calls[filepath.Base(r.URL.Path)]
	for _, m := range told.Messages {
		if !m.FromMe {
			h.taps[m.ID]++
		}
	}
	if told.Health.Fault != "" {
		h.faults = append(h.faults, told.Health.Fault)
	}
}

// told returns how often each tap was told.
func (s *shop) told() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls[s.number].taps)
}

// faults returns what the webhook was told to be wrong with the channel.
func (s *shop) faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls[s.number].faults)
}

// memory returns how many bytes of main memory the gateway uses; 0 where that is not known.
func (w *world) memory() int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.gateway.PID()))
	fields := append(bytes.Fields(b), nil, nil)
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// logged returns the lines of the gateway's log that name something.
func (w *world) logged(name string) (lines []string) {
	b, err := os.ReadFile(w.log)
	if err != nil {
		w.t.Error(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, name) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}
