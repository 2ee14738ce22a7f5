package docs_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tapgate/internal/api/docs"
	"tapgate/internal/browsertest"
)

// browse opens a path at this size, and returns the address of the server too.
func browse(t *testing.T, path string, width, height int64) (*browsertest.Page, string) {
	t.Helper()
	browsertest.Need(t)
	mux := http.NewServeMux()
	for path, h := range docs.Files() {
		mux.Handle(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return browsertest.Open(t, s.URL+path, browsertest.Options{
		Width: width, Height: height, Flags: []string{"force-prefers-reduced-motion"}, Ready: `document.documentElement.classList.contains('scripted')`,
	}), s.URL
}

// TestBrowserCommand reads the first command for buttons as the copy button would take it.
func TestBrowserCommand(t *testing.T) {
	p, url := browse(t, "/docs#sendInteractive", 1440, 900)
	got := browsertest.Eval[string](p, `document.querySelector('#sendInteractive .code').textContent`)
	for _, want := range []string{
		"curl -X POST " + url + "/messages/interactive \\\n",
		`-H "Authorization: Bearer $TOKEN"`,
		`-H 'Content-Type: application/json'`,
		`"header": {"text": "Header with text"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if list := browsertest.Eval[string](p, `[...document.querySelectorAll('#sendInteractive .code')].map(c => c.textContent).find(s => s.includes('hamburger'))`); !strings.Contains(list, `"What'\''s your favorite hamburger?"`) {
		t.Errorf("a quote in the list would end the command:\n%s", list)
	}
	if got := browsertest.Eval[string](p, `document.querySelector('#getMessage .code').textContent`); !strings.HasPrefix(got, "curl "+url+"/messages/yqKj.Z7XWg0g1lA-wD8Sij1GoQ \\\n") {
		t.Errorf("the path of a message is not filled in:\n%s", got)
	}
	p.Until(`document.querySelector('.contents .here')?.hash === '#sendInteractive'`)
}

// TestBrowserFits: nothing is wider than the screen, whatever is opened.
func TestBrowserFits(t *testing.T) {
	for _, width := range []int64{360, 820, 1180, 1440} {
		p, _ := browse(t, "/docs", width, 800)
		browsertest.Eval[bool](p, `document.querySelectorAll('details:not([name])').forEach(d => d.open = true), true`)
		if over := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("at %d px the page is %d px too wide", width, over)
		}
	}
}

func TestBrowserContents(t *testing.T) {
	p, _ := browse(t, "/docs", 360, 760)
	if browsertest.Eval[bool](p, `document.querySelector('.contents').checkVisibility()`) {
		t.Error("the contents cover a small screen")
	}
	p.Do(chromedp.Click(chromedp.CSS(".menu")))
	p.Until(`document.querySelector('.contents').checkVisibility() && document.querySelector('.menu').ariaExpanded === 'true'`)
	p.Do(chromedp.SendKeys(chromedp.CSS(".filter"), "rowdata"))
	p.Until(`[...document.querySelectorAll('.contents li a')].filter(a => a.checkVisibility()).map(a => a.hash).join() === '#loginText'`)
	p.Do(chromedp.Click(chromedp.CSS(`.contents a[href="#loginText"]`)))
	p.Until(`location.hash === '#loginText' && !document.querySelector('.contents').checkVisibility()`)
}
