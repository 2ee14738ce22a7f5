package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tapgate/internal/browsertest"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// Deliveries were given up while the receiver was away for long. One click makes all of them again; one goes to
// another address.
func TestBrowserReplaysWhatWasGivenUp(t *testing.T) {
	browsertest.Need(t)
	dir := t.TempDir()
	w := newWorldIn(t, dir)
	r := newReceiver(t)
	w.direct(200, "PATCH", "/settings", `{"webhooks":[{"url":"`+r.URL+`","mode":"body","events":[{"type":"messages","method":"post"}]}]}`)
	for i := range 7 {
		w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", fmt.Sprintf(`{"text":"message %d"}`, i))
	}
	w.await("/tapgate/deliveries?state=open", func(doc any) bool { list, _ := at(doc, "deliveries").([]any); return len(list) == 7 })
	hook, _ := at(w.direct(200, "GET", "/tapgate/webhooks", ""), "webhooks", 0, "key").(string)
	w.stop()
	abandon(t, dir, store.Line{Channel: id.Channel(w.facts.ChannelID), Webhook: hook})
	w = newWorldIn(t, dir)
	r.mend()

	p := w.browse(360, 740, w.page("overview"))
	p.Until(`document.querySelector('[data-count="dead"] .count-value').textContent === '7'`)
	p.Until(`document.querySelector('.wrong-reason')?.textContent.includes('7 given up')`)
	p.Press(`.wrong-row`)
	p.Until(`document.querySelectorAll('.item[data-state="dead"]').length === 7`)
	p.Fits("what was given up")
	p.Picture("given-up")
	p.PressText("Replay given up")
	const replayed = `[...document.querySelectorAll('.item[data-state="delivered"]')].filter((i) => i.textContent.includes('replay')).length`
	p.Awhile(replayed + ` === 7`) // a receiver that failed often is tried after half a minute
	first := r.took()
	slices.Sort(first)
	if len(slices.Compact(first)) != 7 {
		t.Errorf("the receiver took %v", first)
	}
	p.Until(`[...document.querySelectorAll('button')].every((b) => b.textContent !== 'Replay given up')`) // nothing is left of it

	// To another address, which is none at first.
	var other []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		other = append(other, req.Header.Get("webhook-id"))
	}))
	t.Cleanup(elsewhere.Close)
	p.Press(`.item[data-state="dead"]`)
	p.PressText("Replay to another URL")
	p.Write(`.ask input`, "javascript:alert(1)")
	p.Exec(`([...document.querySelectorAll('.ask button')].find((b) => b.textContent === 'Replay').click())`)
	p.Until(`document.querySelector('.toast-note.tone-bad') !== null && document.querySelector('.ask') !== null`)
	p.Write(`.ask input`, elsewhere.URL+"/other")
	p.Exec(`([...document.querySelectorAll('.ask button')].find((b) => b.textContent === 'Replay').click())`)
	p.Until(`document.querySelector('.ask') === null`)
	p.Press(`.back`)
	p.Until(replayed + ` === 8`)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(other) != 1 || !slices.Contains(first, other[0]) {
		t.Errorf("the other address took %v, which are not of %v", other, first)
	}
}

// abandon gives up all open deliveries of a line, as the gateway does after a week.
func abandon(t *testing.T, dir string, l store.Line) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "gateway.db")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.EndDeliveries(t.Context(), l, time.Now().Add(time.Hour), store.Dead, 100); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A new secret is shown beside nothing of the old one but that it still signs.
func TestBrowserRotatesASecret(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	hook, _ := at(w.direct(200, "GET", "/tapgate/webhooks", ""), "webhooks", 0, "key").(string)
	path := "/tapgate/webhooks/" + hook + "/secret"
	old, _ := at(w.direct(200, "GET", path, ""), "secret").(string)
	p := w.browse(1440, 900, w.page("webhooks"))
	p.PressText("Secret")
	p.Until(`document.querySelector('.ask .secret code')?.textContent === ` + browsertest.Quote(old))
	p.PressText("New secret")
	p.Until(`document.querySelector('.ask h2')?.textContent === 'Make a new secret?'`)
	p.Keys("\x1b") // thought better of it
	p.Until(`document.querySelector('.ask') === null`)
	if now := at(w.direct(200, "GET", path, ""), "secret"); now != old {
		t.Fatal("the secret was changed although nobody said yes")
	}
	p.PressText("Secret")
	p.PressText("New secret")
	p.PressText("Make a new one")
	p.Until(`document.querySelector('.ask .notice')?.textContent.startsWith('The one before signs too; it ends in')`)
	shown := browsertest.Eval[string](p, `document.querySelector('.ask .secret code').textContent`)
	if now := at(w.direct(200, "GET", path, ""), "secret"); now != shown || shown == old {
		t.Errorf("the page shows %q, the API tells %v", shown, now)
	}
	p.PressText("Done")
	p.Until(`document.querySelector('.ask') === null`)
	if browsertest.Eval[bool](p, `document.documentElement.outerHTML.includes(`+browsertest.Quote(shown)+`)`) {
		t.Error("the secret stays in the page after its dialog was closed")
	}
}

// A webhook is added, changed and removed, and the one beside it stays as it is.
func TestBrowserEditsWebhooks(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	r := newReceiver(t)
	r.mend()
	before := fmt.Sprint(at(w.direct(200, "GET", "/settings", ""), "webhooks", 0))
	p := w.browse(1440, 900, w.page("webhooks"))
	p.PressText("Add a webhook")
	p.Write(`.ask input`, "ftp://example.org/")
	p.PressText("Save")
	p.Until(`document.querySelector('.toast-note.tone-bad')?.textContent.includes('/body/webhooks/1/url')`)
	p.Write(`.ask input`, r.URL+"/hook")
	p.Choose(`.ask select`, "path")
	p.Exec(`([...document.querySelectorAll('.ask .tick')].find((t) => t.textContent === 'messages').click())`)
	p.PressText("Save")
	p.Until(`document.querySelector('.ask') === null && document.querySelectorAll('[data-webhook]').length === 2`)
	hook := at(w.direct(200, "GET", "/settings", ""), "webhooks", 1)
	if at(hook, "url") != r.URL+"/hook" || at(hook, "mode") != "path" || at(hook, "events", 0, "type") != "messages" || at(hook, "events", 1) != nil {
		t.Errorf("the webhook is %v", hook)
	}
	p.Exec(`([...document.querySelectorAll('[data-webhook]')].at(-1).querySelectorAll('button').forEach((b) => { if (b.textContent === 'Test') b.click(); }))`)
	p.Until(`document.querySelector('.toast-note')?.textContent === 'The receiver took the test'`)

	const key = `[...document.querySelectorAll('[data-webhook]')].at(-1).dataset.webhook`
	shown := browsertest.Eval[string](p, key)
	edit := `([...document.querySelectorAll('[data-webhook]')].at(-1).querySelectorAll('button').forEach((b) => { if (b.textContent === 'Edit') b.click(); }))`
	p.Exec(edit)
	p.Until(`document.querySelector('.ask input')?.value === ` + browsertest.Quote(r.URL+"/hook") + ` && document.querySelector('.ask select').value === 'path'`)
	p.Named("the editor of a webhook")
	p.Choose(`.ask select`, "method")
	p.PressText("Save")
	p.Until(`document.querySelector('.ask') === null`)
	if got := at(w.direct(200, "GET", "/settings", ""), "webhooks", 1, "mode"); got != "method" {
		t.Errorf("the mode is %v", got)
	}
	p.Until(key + ` !== '` + shown + `'`) // URL and mode name a webhook
	p.Exec(edit)
	p.PressText("Remove")
	p.Until(`document.querySelector('.ask') === null && document.querySelectorAll('[data-webhook]').length === 1`)
	after := w.direct(200, "GET", "/settings", "")
	if got := fmt.Sprint(at(after, "webhooks", 0)); got != before || at(after, "webhooks", 1) != nil {
		t.Errorf("the webhooks are %v, the one beside was %s", at(after, "webhooks"), before)
	}
}

// await asks until the answer is right.
func (w *world) await(path string, ok func(doc any) bool) {
	w.t.Helper()
	deadline, tick := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for {
		doc := w.direct(200, "GET", path, "")
		if ok(doc) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			w.t.Fatalf("%s: %s", path, strings.TrimSpace(fmt.Sprint(doc)))
		}
	}
}
