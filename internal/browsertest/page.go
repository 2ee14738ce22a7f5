// Package browsertest opens pages of this program in a headless Chromium, works them as a person does, and fails
// a test when a page throws, or asks for what its content policy forbids. It is for tests alone.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience bounds every wait for something that has to happen on a page.
const Patience = 30 * time.Second

// Page is a page in a browser of its own. Its methods fail the test on what does not work.
type Page struct {
	T testing.TB

	ctx    context.Context
	mu     sync.Mutex
	errors []string
}

// Options say how a page is opened.
type Options struct {
	// Width and Height are the size of the window in CSS pixels.
	Width, Height int64
	// Finger makes it a phone's browser: there is a touch screen, and no mouse that could hover.
	Finger bool
	// Flags are switches of the browser, such as force-prefers-reduced-motion.
	Flags []string
	// Ready is a JavaScript expression that is true once the page can be used; "" waits for its loading only.
	Ready string
}

// Need finds the browser. Without one the test is skipped, but not where CI is to run everything. A test calls it
// before it builds what the page would show.
func Need(t testing.TB) string {
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

// Open opens an address and waits until the page is ready. The browser ends with the test.
func Open(t testing.TB, url string, o Options) *Page {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(Need(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun)
	// Nothing is asked of other hosts.
	for _, name := range append([]string{"disable-background-networking", "disable-component-update", "disable-sync", "disable-quic"}, o.Flags...) {
		options = append(options, chromedp.Flag(name, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...) // each wait on the page has its own bound
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &Page{T: t, ctx: ctx}
	if err := chromedp.Do(ctx, p.screen(o)); err != nil { // without a bound: the browser lives as long as this context
		t.Fatal(err)
	}
	p.listen()
	p.Do(chromedp.Navigate(url))
	if o.Ready != "" {
		p.Until(o.Ready)
	}
	return p
}

func (p *Page) screen(o Options) chromedp.Action[chromedp.Void] {
	if o.Finger {
		return chromedp.EmulateViewport(o.Width, o.Height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(1))
	}
	return chromedp.EmulateViewport(o.Width, o.Height)
}

// listen collects what the page complains about: exceptions, and refusals of the content policy.
func (p *Page) listen() {
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
	p.T.Cleanup(func() {
		_ = chromedp.Cancel(p.ctx)
		<-done
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, e := range p.errors {
			p.T.Errorf("the page complains: %s", e)
		}
	})
}
