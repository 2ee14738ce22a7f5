package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// tab is the console in a headless Chromium.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	errors []string
}

// browse opens the console, at this size; path is what follows /console, such as #/channels.
func (w *world) browse(width, height int64, path string, features ...string) *tab {
	w.t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(chromium(w.t)), chromedp.UserDataDir(w.t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	for _, f := range features {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	w.t.Cleanup(cancel)
	p := &tab{t: w.t, ctx: ctx}
	p.do(chromedp.EmulateViewport(width, height))
	p.listen()
	p.do(chromedp.Navigate(w.facts.API + "/console" + path))
	p.until(`document.querySelector('#live').dataset.state === 'on' && document.querySelector('.page') !== null`)
	return p
}

// chromium finds the browser. Without one the test is skipped, but not where CI is to run everything.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium is installed, and CI is to test the page in one")
	}
	t.Skip("no Chromium is installed, so the page is not tested in a browser")
	return ""
}

// listen collects what the page complains about: exceptions, and refusals of the content policy.
func (p *tab) listen() {
	console := chromedp.Console(p.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range console {
			if err != nil {
				return
			}
			if m.IsException() || strings.Contains(m.Text, "Content Security Policy") {
				p.mu.Lock()
				p.errors = append(p.errors, m.String())
				p.mu.Unlock()
			}
		}
	}()
	p.t.Cleanup(func() {
		_ = chromedp.Cancel(p.ctx)
		<-done
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, e := range p.errors {
			p.t.Errorf("the page complains: %s", e)
		}
	})
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// until waits until a JavaScript expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		seen, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.t.Fatalf("%s never was true: %v\nthe page shows:\n%s", expression, err, seen)
	}
}

func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// press clicks the one element that a selector finds.
func (p *tab) press(selector string) {
	p.t.Helper()
	p.until(`document.querySelector(` + quote(selector) + `) !== null`)
	p.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// click clicks an element wherever it is, also one that is still moving.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.until(`document.querySelector(` + quote(selector) + `) !== null`)
	eval[bool](p, `(document.querySelector(`+quote(selector)+`).click(), true)`)
}

// pressText clicks the button that says this.
func (p *tab) pressText(text string) {
	p.t.Helper()
	find := `[...document.querySelectorAll('button, a')].filter((b) => b.checkVisibility() && b.textContent.trim() === ` + quote(text) + `).at(-1)`
	p.until(find + ` !== undefined`)
	eval[bool](p, find+`.click() ?? true`)
}

// write puts a text into the input that a selector finds, as if it was typed.
func (p *tab) write(selector, text string) {
	p.t.Helper()
	p.until(`document.querySelector(` + quote(selector) + `) !== null`)
	eval[bool](p, `(() => { const i = document.querySelector(`+quote(selector)+`); i.value = `+quote(text)+`; i.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// picture writes a picture of the page, where TAPGATE_PICTURES names a directory for them.
func (p *tab) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("TAPGATE_PICTURES")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// open opens a page of the console.
func (p *tab) open(hash string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(location.hash = %s, true)`, quote(hash)))
}
