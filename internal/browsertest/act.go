package browsertest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Quote returns s as a JavaScript string.
func Quote(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// Do runs steps of chromedp.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.T.Fatal(err)
	}
}

// Browsed is a Page, or what embeds one.
type Browsed interface{ page() *Page }

func (p *Page) page() *Page { return p }

// Eval returns the value of a JavaScript expression, of a promise what it brings.
func Eval[T any](b Browsed, expression string) T {
	p := b.page()
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 4*Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.T.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Exec runs JavaScript whose value is of no interest.
func (p *Page) Exec(script string) {
	p.T.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void]("void " + script))
}

// Until waits until a JavaScript expression is true.
func (p *Page) Until(expression string) {
	p.T.Helper()
	p.within(Patience, expression)
}

// Awhile is Until, for what takes more than the usual patience.
func (p *Page) Awhile(expression string) {
	p.T.Helper()
	p.within(3*Patience, expression)
}

func (p *Page) within(bound time.Duration, expression string) {
	p.T.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(bound))); err != nil {
		seen, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.T.Fatalf("%s never was true: %v\nthe page shows:\n%s", expression, err, seen)
	}
}

const still = `document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)`

// Press clicks the first element that a selector finds, with the mouse, once nothing moves any more.
func (p *Page) Press(selector string) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	p.Until(still)
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Click clicks an element wherever it is, also one that is hidden or still moving.
func (p *Page) Click(selector string) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	p.Exec(`document.querySelector(` + Quote(selector) + `).click()`)
}

// PressText clicks the last button or link that says exactly this.
func (p *Page) PressText(text string) {
	p.T.Helper()
	find := `[...document.querySelectorAll('button, a')].filter((b) => b.checkVisibility() && b.textContent.trim() === ` + Quote(text) + `).at(-1)`
	p.Until(find + ` !== undefined`)
	p.Exec(find + `.click()`)
}

// Write puts a text into the input that a selector finds, as if it was typed.
func (p *Page) Write(selector, text string) {
	p.T.Helper()
	p.set(selector, text, "input")
}

// Choose chooses a value of the select that a selector finds.
func (p *Page) Choose(selector, value string) {
	p.T.Helper()
	p.set(selector, value, "change")
}

func (p *Page) set(selector, value, event string) {
	p.T.Helper()
	p.Until(`document.querySelector(` + Quote(selector) + `) !== null`)
	p.Exec(`((el) => { el.value = ` + Quote(value) + `; el.dispatchEvent(new Event('` + event + `', { bubbles: true })); })(document.querySelector(` + Quote(selector) + `))`)
}

// Keys types what a keyboard would send, to what has the focus.
func (p *Page) Keys(keys string) {
	p.T.Helper()
	p.Do(chromedp.KeyEvent(keys))
}

// Clipboard returns what the page has put there.
func (p *Page) Clipboard() string {
	p.T.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		if err != nil {
			p.T.Fatal(err)
		}
	}
	return Eval[string](p, `navigator.clipboard.readText()`)
}
