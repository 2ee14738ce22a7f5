package web_test

import (
	"fmt"
	"testing"

	"tapgate/internal/browsertest"

	"github.com/chromedp/chromedp"
)

const maria = "5491122334455"

func TestBrowserCountsWhatIsUnread(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	must(w.book.Add(w.context(), maria, "Maria"))(t)
	w.pair()
	p := w.browse(1440, 900)
	p.Press(`.chat[data-phone="` + maria + `"]`)
	p.Until(`document.querySelector('.chat[data-phone="` + maria + `"]').classList.contains('active')`)
	w.send(text("One"))
	w.send(text("Two"))
	p.Until(`document.title === '(2) tapgate sandbox'`)
	p.Until(`document.querySelector('.chat[data-phone="` + jonathan + `"] .badge').textContent === '2'`)
	p.Press(`.chat[data-phone="` + jonathan + `"]`)
	p.Until(`document.title === 'tapgate sandbox' && document.querySelector('.badge') === null`)
}

// A phone that imitates another client does so on every page that is open.
func TestBrowserHearsOfAnotherPlatform(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(nativeFlow("Pick", "quick_reply", map[string]string{"display_text": "Yes", "id": "ButtonsV3:b1"}), mixed())
	w.messageWith("body", "Pick")
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.bubble .button')?.classList.contains('dead') === false`)
	w.ok("POST", "/sandbox/customers/"+jonathan+"/platform", `{"platform":"ios"}`)
	p.Until(`document.querySelector('.device').dataset.platform === 'ios'`)
	p.Until(`document.querySelector('.segments [data-platform="ios"]').getAttribute('aria-checked') === 'true'`)
	p.Until(`document.querySelector('.bubble .button').classList.contains('dead')`)
}

// The first panel shows what the first message needs, and folds by itself once that was sent; later it stays as a
// person left it.
func TestBrowserFoldsTheFirstSteps(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.welcome').open`)
	if got := browsertest.Eval[string](p, `[...document.querySelectorAll('.welcome > .facts dt')].map((dt) => dt.textContent).join(' ')`); got != "API Token" {
		t.Errorf("the panel begins with %q", got)
	}
	p.Press(`.more-facts > summary`)
	p.Until(`document.querySelector('.more-facts').open`)
	if over := browsertest.Eval[bool](p, `[...document.querySelectorAll('.welcome *')].some((el) => !el.closest('pre') && el.getBoundingClientRect().right > document.querySelector('.welcome').getBoundingClientRect().right)`); over {
		t.Error("a long value stands over the edge of the panel")
	}
	w.send(text("Hello"))
	p.Until(`!document.querySelector('.welcome').open`)
	p.Press(`.welcome > summary`)
	p.Until(`document.querySelector('.welcome').open`)
	w.send(text("Hello again"))
	p.Until(`document.querySelectorAll('.row.theirs').length === 2`)
	p.Do(chromedp.Reload())
	p.Until(`document.querySelectorAll('.row.theirs').length === 2 && document.querySelector('.welcome').open`)
	p.Press(`.welcome > summary`)
	p.Until(`!document.querySelector('.welcome').open`)
	p.Do(chromedp.Reload())
	p.Until(`document.querySelectorAll('.row.theirs').length === 2 && !document.querySelector('.welcome').open`)
}

func TestBrowserShowsMessagesBeforeStatuses(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.fetch("POST", "/sandbox/inbox", `{"messages":[{"type":"text","from_name":"Jonathan","text":{"body":"Hi"}}],"event":{"type":"messages","event":"post"}}`)
	for i := range 5 {
		w.fetch("POST", "/sandbox/inbox", fmt.Sprintf(`{"statuses":[{"id":"s%d","status":"read"}],"event":{"type":"statuses","event":"post"}}`, i))
	}
	p := w.browse(1440, 900)
	p.Until(`document.querySelectorAll('.request').length === 6`)
	p.Until(`document.querySelector('.request:last-child details').open && document.querySelectorAll('.request details[open]').length === 1`)
	const shown = `[...document.querySelectorAll('.request.minor')].filter((el) => el.checkVisibility())`
	if got := browsertest.Eval[int](p, shown+`.length`); got != 3 {
		t.Errorf("%d of 5 statuses stand above the message, want the newest 3", got)
	}
	if high := browsertest.Eval[float64](p, `Math.max(...`+shown+`.map((el) => el.getBoundingClientRect().height))`); high > 32 {
		t.Errorf("a status is %.0f pixels high, want one line", high)
	}
	p.Press(`.column-head .quiet`)
	p.Until(shown + `.length === 5`)
	p.Press(`.request.minor summary`)
	p.Until(`document.querySelector('.request.minor .json .key')?.textContent === '"statuses"'`)
}
