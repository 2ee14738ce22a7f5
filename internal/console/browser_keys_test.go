package console_test

import (
	"strings"
	"testing"

	"tapgate/internal/browsertest"
)

// Each page can be walked through with the Tab key, in the order in which it is read, and it can be seen where one is.
func TestBrowserWalksByKeyboard(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.direct(200, "POST", "/messages/interactive", example(t, "request-quick-reply.json"))
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", `{"text":"When does it arrive?"}`)
	ready := map[string]string{
		"overview": `document.querySelector('.facts-list') !== null`, "compose": `document.querySelector('.preview .bubble') !== null`,
		"messages": `document.querySelectorAll('.item').length >= 2`, "webhooks": `document.querySelector('.item') !== null && document.querySelector('[data-webhook]') !== null`,
	}
	for page, stops := range map[string][]string{
		"overview": {"Skip to the content", "Dark colours", "Log out", "Channels", "Channel", "Webhooks", "Unpair", "Remove", "Sent", "Profile", "Settings", "Tokens"},
		"compose":  {"Skip to the content", "Start over", "Upload", "Add a button", "Copy as curl", "Send", "Android", "Yes, please"},
		"messages": {"Skip to the content", "Search messages", "Direction", "When does it arrive?", "Header with text"},
		"webhooks": {"Skip to the content", "Add a webhook", "Log", "Test", "Secret", "Edit", "Replay", "State", "messages.post"},
	} {
		p := w.browse(1440, 900, w.page(page))
		p.Until(ready[page])
		p.Until(`document.getAnimations().every((a) => a.playState !== 'running')`)
		var names []string
		for _, f := range p.Walk(90) {
			if !f.Seen {
				t.Errorf("%s: nobody sees that %s.%s %q has the focus", page, f.Tag, f.Class, f.Text)
			}
			names = append(names, f.Text)
		}
		last := -1
		for _, stop := range stops {
			at := -1
			for i := last + 1; i < len(names) && at < 0; i++ {
				if strings.Contains(names[i], stop) {
					at = i
				}
			}
			if at < 0 {
				t.Errorf("%s: %q does not come after the %d first of %q", page, stop, last+1, names)
				break
			}
			last = at
		}
	}
}

// A dialog takes the focus, keeps it, ends with Escape, and gives it back.
func TestBrowserLeavesDialogsWithEscape(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("webhooks"))
	p.Until(`document.querySelector('[data-webhook]') !== null`)
	const focused = `document.activeElement.textContent.trim()`
	for _, opens := range []string{"Add a webhook", "Edit", "Secret", "Replay"} {
		find := `[...document.querySelectorAll('.page button')].find((b) => b.textContent.trim() === ` + browsertest.Quote(opens) + `)`
		p.Until(find + ` !== undefined`)
		p.Exec(find + `.focus()`)
		p.Keys("\r")
		p.Until(`document.querySelector('dialog[open]')?.contains(document.activeElement)`)
		p.Named("the dialog of " + opens)
		for range 25 {
			p.Keys("\t")
			// The browser's own bar may come between the last and the first; the page behind never.
			if !browsertest.Eval[bool](p, `document.activeElement === document.body || document.querySelector('dialog[open]').contains(document.activeElement)`) {
				t.Errorf("%s: the Tab key leaves the dialog for %q", opens, browsertest.Eval[string](p, focused))
			}
		}
		p.Keys("\x1b")
		p.Until(`document.querySelector('dialog') === null && ` + focused + ` === ` + browsertest.Quote(opens))
	}
}
