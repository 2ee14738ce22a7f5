package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/browsertest"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// receiver is a program's webhook that can be broken.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	broken bool
	events []string // ids of what it took
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{broken: true}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.broken {
			http.Error(w, "<b>the database is down</b>", http.StatusServiceUnavailable)
			return
		}
		r.events = append(r.events, req.Header.Get("webhook-id"))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = false
}

// took returns the ids of the events that it took.
func (r *receiver) took() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.events...)
}

// A receiver breaks: the page shows its breaker and the attempts. It is mended: what waited comes, and a
// replay brings one event again.
func TestBrowserSeesAReceiverBreakAndReplays(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	r := newReceiver(t)
	w.direct(200, "PATCH", "/settings", `{"webhooks":[{"url":"`+r.URL+`/hook?key=hidden","mode":"body","events":[{"type":"messages","method":"post"}]}]}`)
	p := w.browse(1440, 900, w.page("webhooks"))
	p.Until(`document.querySelector('.filters option:nth-child(2)')?.textContent.endsWith('/hook')`)
	p.PressText("Log") // of this webhook only
	p.Until(`document.querySelector('.list').dataset.rows === '0'`)
	for i := range 12 {
		w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", fmt.Sprintf(`{"text":"message %d"}`, i))
	}
	p.Until(`document.querySelector('[data-webhook]').dataset.breaker === 'open'`)
	p.Until(`document.querySelectorAll('.item[data-state="open"]').length === 12`)
	if shown := browsertest.Eval[string](p, `document.querySelector('[data-webhook]').textContent`); !strings.Contains(shown, "down: paused") || !strings.Contains(shown, "in a row") {
		t.Errorf("the webhook shows %q", shown)
	}
	// The oldest delivery was tried; what the receiver said is text.
	p.Until(`document.querySelector('.item[data-state="open"][data-attempts]') !== null`)
	p.Click(`.item[data-state="open"][data-attempts]`)
	p.Until(`document.querySelector('.split-detail .step.tone-bad')?.textContent.includes('HTTP 503')`)
	browsertest.Eval[bool](p, `(document.querySelector('.answer').open = true)`)
	p.Until(`document.querySelector('.answer .json').textContent.includes('<b>the database is down</b>')`)
	if browsertest.Eval[bool](p, `document.querySelector('#main').textContent.includes('key=hidden')`) {
		t.Error("the page shows the query of the address, which may be a secret")
	}
	p.Picture("breaker")

	r.mend()
	// The breaker asks again after half a minute, and lets out what waits.
	p.Awhile(`document.querySelector('[data-webhook]').dataset.breaker === 'closed' && document.querySelectorAll('.item[data-state="delivered"]').length === 12`)
	before := r.took()
	p.PressText("Replay")
	p.Until(`document.querySelectorAll('.item[data-state="delivered"]').length === 13`)
	after := r.took()
	if len(before) != 12 || len(after) != 13 || !slices.Contains(before, after[12]) {
		t.Errorf("the receiver took %v, then %v: a replay has the id of its event", before, after)
	}
	// All of a range of time, the last hour: each event once more, which leaves out what is a replay itself.
	p.Click(`.list-head .press`)
	p.Until(`document.querySelector('.ask select') !== null`)
	browsertest.Eval[bool](p, `(() => { const s = document.querySelector('.ask select'); s.value = 'range'; s.dispatchEvent(new Event('change')); return true; })()`)
	p.PressText("Replay")
	p.Until(`document.querySelectorAll('.list')[0].dataset.rows === '25' && document.querySelector('.item[data-state="open"]') === null`)
	if got := r.took(); len(got) != 25 {
		t.Errorf("the receiver took %d events, want 25", len(got))
	}
}

// Ten thousand deliveries can be scrolled through.
func TestBrowserScrollsThroughTenThousandDeliveries(t *testing.T) {
	browsertest.Need(t)
	const many = 10_000
	dir := t.TempDir()
	w := newWorldIn(t, dir)
	hook, _ := at(w.direct(200, "GET", "/tapgate/webhooks", ""), "webhooks", 0, "key").(string)
	w.stop()

	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "gateway.db")})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 128)
	now := time.Now()
	for i := range many {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			event := id.NewEvent()
			err := db.Tell(t.Context(), store.Record{
				Event: event, Channel: id.Channel(w.facts.ChannelID), Type: "statuses", Method: "post", At: now,
				Order: fmt.Sprint(i), Body: []byte(`{"statuses":[]}`), Webhooks: []string{hook + "-gone"},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	w = newWorldIn(t, dir)
	p := w.browse(1440, 900, w.page("webhooks"))
	browsertest.Eval[bool](p, `(() => {
		window.longest = 0;
		new PerformanceObserver((list) => { for (const e of list.getEntries()) window.longest = Math.max(window.longest, e.duration); }).observe({ type: 'longtask', buffered: false });
		window.down = setInterval(() => { const m = document.querySelector('#main'); m.scrollTop = m.scrollHeight; }, 16);
		return true;
	})()`)
	began := time.Now()
	p.Awhile(fmt.Sprintf(`Number(document.querySelector('.list').dataset.rows) >= %d`, many))
	took := time.Since(began)
	p.Until(`document.querySelector('.list .item[data-delivery="1"]') !== null`) // the very first one
	browsertest.Eval[bool](p, `(clearInterval(window.down), true)`)
	const elements = `document.querySelectorAll('.list .item').length`
	if n := browsertest.Eval[int](p, elements); n > 100 {
		t.Errorf("%d rows are elements", n)
	}
	t.Logf("%d rows in %s, the longest task took %.0f ms", many, took.Round(time.Millisecond), browsertest.Eval[float64](p, `window.longest`))
	up := p.Glide(`#main`, -2000, `el.scrollTop === 0`)
	up.Smooth(t)
	t.Logf("up again, by 2000 pixels a frame: %s", up)
	// Back on top, and live: a new delivery comes in.
	browsertest.Eval[bool](p, `(document.querySelector('#main').scrollTop = 0, true)`)
	p.Until(`document.querySelector('.list li')?.getAttribute('aria-posinset') === '1'`)
	first := browsertest.Eval[string](p, `document.querySelector('.list .item').dataset.delivery`)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", `{"text":"one more"}`)
	p.Until(`document.querySelector('.list .item').dataset.delivery !== '` + first + `'`)
}
