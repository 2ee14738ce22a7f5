package docs_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tapgate/internal/api/docs"
)

const patience = 30 * time.Second

// tab is the page in a headless Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string // of the server, without a path
}

// browse opens a path at this size.
func browse(t *testing.T, path string, width, height int64) *tab {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range docs.Files() {
		mux.Handle(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("force-prefers-reduced-motion", true))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, url: s.URL}
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(s.URL+path))
	p.until(`document.documentElement.classList.contains('scripted')`)
	return p
}

// chromium finds the browser. Without one the test is skipped, but not where CI is to run everything.
func chromium(t *testing.T) string {
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

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// until waits until a JavaScript expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		p.t.Fatalf("%s never was true: %v", expression, err)
	}
}

func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// TestBrowserCommand reads the first command for buttons as the copy button would take it.
func TestBrowserCommand(t *testing.T) {
	p := browse(t, "/docs#sendInteractive", 1440, 900)
	got := eval[string](p, `document.querySelector('#sendInteractive .code').textContent`)
	for _, want := range []string{
		"curl -X POST " + p.url + "/messages/interactive \\\n",
		`-H "Authorization: Bearer $TOKEN"`,
		`-H 'Content-Type: application/json'`,
		`"header": {"text": "Header with text"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if list := eval[string](p, `[...document.querySelectorAll('#sendInteractive .code')].map(c => c.textContent).find(s => s.includes('hamburger'))`); !strings.Contains(list, `"What'\''s your favorite hamburger?"`) {
		t.Errorf("a quote in the list would end the command:\n%s", list)
	}
	if got := eval[string](p, `document.querySelector('#getMessage .code').textContent`); !strings.HasPrefix(got, "curl "+p.url+"/messages/yqKj.Z7XWg0g1lA-wD8Sij1GoQ \\\n") {
		t.Errorf("the path of a message is not filled in:\n%s", got)
	}
	p.until(`document.querySelector('.contents .here')?.hash === '#sendInteractive'`)
}

// TestBrowserFits: nothing is wider than the screen, whatever is opened.
func TestBrowserFits(t *testing.T) {
	for _, width := range []int64{360, 820, 1180, 1440} {
		p := browse(t, "/docs", width, 800)
		eval[bool](p, `document.querySelectorAll('details:not([name])').forEach(d => d.open = true), true`)
		if over := eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("at %d px the page is %d px too wide", width, over)
		}
	}
}

func TestBrowserContents(t *testing.T) {
	p := browse(t, "/docs", 360, 760)
	if eval[bool](p, `document.querySelector('.contents').checkVisibility()`) {
		t.Error("the contents cover a small screen")
	}
	p.do(chromedp.Click(chromedp.CSS(".menu")))
	p.until(`document.querySelector('.contents').checkVisibility() && document.querySelector('.menu').ariaExpanded === 'true'`)
	p.do(chromedp.SendKeys(chromedp.CSS(".filter"), "rowdata"))
	p.until(`[...document.querySelectorAll('.contents li a')].filter(a => a.checkVisibility()).map(a => a.hash).join() === '#loginText'`)
	p.do(chromedp.Click(chromedp.CSS(`.contents a[href="#loginText"]`)))
	p.until(`location.hash === '#loginText' && !document.querySelector('.contents').checkVisibility()`)
}
