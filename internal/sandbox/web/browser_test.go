package web_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// tab is the page in a headless Chromium.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	errors []string
}

// browse opens the page, at this size, and waits until it is live.
func (w *world) browse(width, height int64) *tab {
	w.t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(chromium(w.t)), chromedp.UserDataDir(w.t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...) // each wait on the page has its own bound
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	w.t.Cleanup(cancel)
	p := &tab{t: w.t, ctx: ctx}
	p.do(chromedp.EmulateViewport(width, height))
	p.listen()
	p.do(chromedp.Navigate(w.url + "/phone"))
	p.until(`document.querySelector('#live').dataset.state === 'on'`)
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
	return must(chromedp.Run(p.ctx, chromedp.Evaluate[T](expression)))(p.t)
}

// press clicks the one element that a selector finds, once it stands still.
func (p *tab) press(selector string) {
	p.t.Helper()
	p.until(`document.querySelector(` + quote(selector) + `) !== null`)
	p.until(`document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)`)
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

func quote(s string) string { return strings.TrimSpace(body(s)) }

func TestBrowserPressesAButton(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	w.send(quickReply("Header with text", "Body *message*", "Footer message", "Button1", "Button2"), mixed())
	p.until(`document.querySelectorAll('.bubble .button').length === 2`)
	if got := eval[string](p, `document.querySelector('.bubble .body').textContent`); got != "Body message" {
		t.Errorf("the body is %q, want the words without their marks", got)
	}
	if got := eval[string](p, `document.querySelector('.bubble .body strong').textContent`); got != "message" {
		t.Errorf("%q is bold", got)
	}
	if got := eval[string](p, `document.querySelector('.bubble .header').textContent + '|' + document.querySelector('.bubble .footer').textContent`); got != "Header with text|Footer message" {
		t.Errorf("header and footer are %q", got)
	}
	p.press(`.bubble .button:nth-of-type(1)`)
	w.received("the tap", func(m *waE2E.Message) bool {
		return m.GetButtonsResponseMessage().GetSelectedButtonID() == "ButtonsV3:b1"
	})
	p.until(`document.querySelector('.row.mine.kind-reply .body')?.textContent === 'Button1'`)
	p.until(`document.querySelector('.bubble .button').classList.contains('dead')`)
	if eval[bool](p, `document.querySelectorAll('.bubble .button')[1].classList.contains('dead')`) {
		t.Error("the button that was not pressed is grey")
	}
	if got := eval[string](p, `document.querySelector('.row.mine .quoted-text').textContent`); got != "Body message" {
		t.Errorf("the answer quotes %q", got)
	}

	// What stands open before a person's eyes is read.
	w.message("read message", func(m map[string]any) bool { return m["from"] == businessNumber && m["status"] == "read" })

	w.fetch("POST", "/sandbox/inbox", `{"messages":[{"type":"reply","from_name":"Jonathan","reply":{"buttons_reply":{"id":"ButtonsV3:b1","title":"Button1"}}}],"event":{"type":"messages","event":"post"}}`)
	p.until(`document.querySelector('.request .event')?.textContent === 'messages.post'`)
	p.until(`document.querySelector('.request .json .key')?.textContent === '"messages"'`)
}

func TestBrowserPicksFromAList(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(burgers("Cheeseburger"), listNode())
	w.messageWith("kind", "list")
	p := w.browse(1440, 900)
	p.press(`.button-list`)
	if !eval[bool](p, `document.querySelector('.send-row').disabled && document.querySelector('.chat-view').inert`) {
		t.Error("the sheet can be sent before a row is chosen, or leaves the chat alive")
	}
	p.do(chromedp.KeyEvent("\x1b"))
	p.until(`document.querySelector('.sheet') === null && document.activeElement.classList.contains('button-list')`)
	p.press(`.button-list`)
	p.press(`.list-row:nth-of-type(2)`)
	p.press(`.send-row`)
	w.received("the row", func(m *waE2E.Message) bool {
		return m.GetListResponseMessage().GetSingleSelectReply().GetSelectedRowID() == "ListV3:r2"
	})
	p.until(`document.querySelector('.row.mine.kind-reply .body')?.textContent === 'Cheeseburger'`)
}

func TestBrowserShowsWhatIsNotDrawn(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(quickReply("H", "Nobody sees this", "F", "Yes"))
	p := w.browse(1440, 900)
	p.until(`document.querySelector('.nothing')?.textContent.startsWith('WhatsApp shows nothing here: ')`)
	if eval[bool](p, `document.querySelector('.chat-view').textContent.includes('Nobody sees this')`) {
		t.Error("the chat shows a text that no client draws")
	}
}

func TestBrowserWritesAndChangesPlatform(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	p.press(`.segments [data-platform="ios"]`)
	p.until(`document.querySelector('.device').dataset.platform === 'ios'`)
	if platform := w.ok("GET", "/sandbox/customers", "").([]any)[0].(map[string]any)["platform"]; platform != "ios" {
		t.Errorf("the phone is %v", platform)
	}
	p.do(chromedp.SendKeys(chromedp.CSS(`.line`), "Hi there\r"))
	w.received("the text", func(m *waE2E.Message) bool {
		return m.GetConversation() == "Hi there" || m.GetExtendedTextMessage().GetText() == "Hi there"
	})
	p.until(`document.querySelector('.row.mine .body')?.textContent === 'Hi there'`)
}

// Whatever a customer or a program wrote is text: it makes no element, runs nothing and opens nothing.
func TestBrowserTakesTextAsText(t *testing.T) {
	chromium(t)
	const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	w := newWorld(t)
	must(w.book.Add(w.context(), "491701234567", evil))(t)
	w.pair()
	w.send(quickReply(evil, evil+` *`+evil+"* `"+evil+"` javascript:alert(1) https://example.com/\"onmouseover=alert(1)", evil, evil), mixed())
	w.send(burgers(evil), listNode())
	w.send(nativeFlow("evil link", "cta_url", map[string]string{"display_text": evil, "url": "javascript:document.title='owned'"}), mixed())
	w.messageWith("body", "evil link")
	w.fetch("POST", "/sandbox/inbox?"+"%3Cimg%3E", body(map[string]any{"event": map[string]string{"type": evil}, evil: evil, "messages": []any{map[string]any{"type": evil, "from_name": evil}}}))
	w.fetch("POST", "/sandbox/inbox", evil)

	p := w.browse(1440, 900)
	p.until(`document.querySelectorAll('.row').length >= 3 && document.querySelectorAll('.request').length === 2`)
	for _, summary := range []string{`1`, `2`} {
		p.until(`(document.querySelector('.request:nth-child(` + summary + `) details').open = true)`)
	}
	p.press(`.button-list`)
	p.until(`document.querySelectorAll('.list-row').length === 2`)
	p.do(chromedp.KeyEvent("\x1b"))
	p.press(`.button-url`)
	p.until(`document.querySelector('.sheet h2')?.textContent === 'This address is not opened'`)
	if n := eval[int](p, `document.querySelectorAll('.sheet a').length`); n != 0 {
		t.Errorf("the sheet for an evil address has %d links", n)
	}
	p.do(chromedp.KeyEvent("\x1b"))
	p.until(`document.title === 'tapgate sandbox'`) // else something ran
	if n := eval[int](p, `document.querySelectorAll('body script, .columns img:not(.media), [onerror], [onmouseover]').length`); n != 0 {
		t.Errorf("%d elements were made of text", n)
	}
	links := eval[[]string](p, `[...document.querySelectorAll('a[href]')].map((a) => a.protocol + a.rel)`)
	for _, link := range links {
		if link != "https:noopener noreferrer" {
			t.Errorf("a link is %q", link)
		}
	}
	if !eval[bool](p, `document.querySelector('.bubble .header').textContent.includes('<img src=x onerror=')`) {
		t.Error("the header does not show the text as it was written")
	}
}

func TestBrowserFitsANarrowScreen(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(quickReply("Header", strings.Repeat("Wörter", 60)+" https://example.com/"+strings.Repeat("long/", 40), "Footer", strings.Repeat("Button", 8), "Two"), mixed())
	w.messageWith("kind", "buttons")
	w.fetch("POST", "/sandbox/inbox", body(map[string]string{"long": strings.Repeat("x", 500)}))
	p := w.browse(360, 740)
	p.until(`document.querySelectorAll('.bubble .button').length === 2`)
	for _, column := range []string{"phone", "inbox", "chats"} {
		p.press(`.tabs [data-tab="` + column + `"]`)
		p.until(`document.querySelector('.columns').dataset.tab === '` + column + `'`)
		wide := eval[[]string](p, `[...document.querySelectorAll('body *')].filter((el) => !el.closest('.strip, pre, .offscreen') && el.checkVisibility() && el.getBoundingClientRect().right > 360.5).map((el) => el.tagName + '.' + el.className)`)
		if len(wide) > 0 || eval[int](p, `document.documentElement.scrollWidth`) > 360 {
			t.Errorf("%s is wider than the screen: %v", column, wide)
		}
	}
}
