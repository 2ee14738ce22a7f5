package web_test

import (
	"fmt"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/browsertest"
)

// On a touch screen the cards of a carousel are swiped: they snap, the next one peeks, and a tap presses the button of
// the card that stands there.
func TestBrowserSwipesACarousel(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(cards("Swipe", w.picture(400, 400, blue()), w.picture(400, 300, rose()), w.picture(300, 400, blue()), w.picture(400, 400, rose())), mixed())
	w.messageWith("kind", "carousel")
	p := w.open(browsertest.Options{Width: 360, Height: 740, Finger: true})
	p.Until(`document.querySelectorAll('.card').length === 4`)
	if !browsertest.Eval[bool](p, `matchMedia('(hover: none)').matches && navigator.maxTouchPoints > 0`) {
		t.Fatal("this browser has no touch screen")
	}
	// where is the card whose left edge stands where the first one stood, and how far from there.
	const at = `(() => { const s = document.querySelector('.strip'), cards = [...s.querySelectorAll('.card')], first = cards[0].offsetLeft;
		const off = cards.map((c) => Math.abs(c.offsetLeft - first - s.scrollLeft)); return off.findIndex((d) => d < 3); })()`
	const peeks = `(() => { const box = document.querySelector('.strip').getBoundingClientRect(), next = document.querySelectorAll('.card')[1].getBoundingClientRect(); return box.right - next.left; })()`
	if seen := browsertest.Eval[float64](p, peeks); seen < 16 || seen > 160 {
		t.Errorf("%.0f pixels of the next card peek", seen)
	}
	p.Swipe(`.card:nth-of-type(1)`, -180, 0)
	p.Until(at + ` === 1`)
	p.Swipe(`.card:nth-of-type(2)`, -180, 0)
	p.Until(at + ` === 2`)
	p.Swipe(`.card:nth-of-type(3)`, 180, 0)
	p.Until(at + ` === 1`)
	// A short drag springs back.
	p.Swipe(`.card:nth-of-type(2)`, -24, 0)
	p.Until(at + ` === 1`)
	if top := browsertest.Eval[float64](p, `document.documentElement.scrollLeft + document.querySelector('.chat-view').scrollLeft`); top != 0 {
		t.Errorf("the page itself went %.0f pixels aside", top)
	}
	if taps := browsertest.Eval[int](p, `document.querySelectorAll('.card .button.dead').length`); taps != 0 {
		t.Errorf("swiping pressed %d buttons", taps)
	}
	p.Picture("swiped")
	p.Tap(`.card:nth-of-type(2) .button`)
	got := w.received("the tap", func(m *waE2E.Message) bool { return m.GetInteractiveResponseMessage() != nil }).GetInteractiveResponseMessage().GetNativeFlowResponseMessage()
	if !strings.Contains(got.GetParamsJSON(), `"ButtonsV3:take2"`) {
		t.Errorf("the answer is %v, want that of the second card", got)
	}
	p.Until(`document.querySelector('.card:nth-of-type(2) .button').classList.contains('dead') && ` + at + ` === 1`) // and it stays where it is
	p.Until(`document.querySelectorAll('.row.mine').length === 1 && document.querySelector('.chat-view').scrollTop > 0`)
	// Up and down it is the chat that scrolls, also when the finger begins on a card.
	before := browsertest.Eval[int](p, `Math.round(document.querySelector('.chat-view').scrollTop)`)
	p.Swipe(`.card:nth-of-type(2)`, 0, 160)
	p.Until(fmt.Sprintf(`document.querySelector('.chat-view').scrollTop < %d`, before-20))
}

// The keyboard is enough for everything on the phone, and it can be seen where one is.
func TestBrowserWorksByKeyboard(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(quickReply("Header", "Body", "Footer", "Yes", "No"), mixed())
	w.send(burgers("Cheeseburger"), listNode())
	w.send(cards("Sale", w.picture(400, 400, blue()), w.picture(400, 300, rose())), mixed())
	w.messageWith("kind", "carousel")
	p := w.browse(1440, 900)
	p.Until(`document.querySelectorAll('.card').length === 2`)
	walked := p.Walk(80)
	var way []string
	for _, f := range walked {
		if !f.Seen {
			t.Errorf("nobody sees that %s.%s %q has the focus", f.Tag, f.Class, f.Text)
		}
		way = append(way, f.Tag+"."+strings.ReplaceAll(f.Class, " ", ".")+" "+f.Text)
	}
	all := strings.Join(way, "\n")
	// In the order of the page: colours, customers, client, the chat from the oldest message to the line, webhooks.
	last := -1
	for _, stop := range []string{"Dark colours", "chat", "Android", "button-quick_reply", "button-list", "strip", "Take 1", "Take 2", "textarea.line", "Send"} {
		at := strings.Index(all, stop)
		if at < 0 || at < last {
			t.Errorf("%q comes at %d after %d in\n%s", stop, at, last, all)
		}
		last = at
	}
	p.Named("the phone's page")

	// A list is opened, walked through, sent: the focus stays inside, and comes back.
	p.Exec(`document.querySelector('.button-list').focus()`)
	p.Keys("\r")
	p.Until(`document.querySelector('.sheet') !== null && document.querySelector('.sheet').contains(document.activeElement)`)
	for range 5 {
		p.Keys("\t")
		if !browsertest.Eval[bool](p, `document.querySelector('.sheet').contains(document.activeElement)`) {
			t.Errorf("the Tab key leaves the sheet for %q", browsertest.Eval[string](p, `document.activeElement.outerHTML.slice(0, 100)`))
		}
	}
	p.Keys("\x1b")
	p.Until(`document.querySelector('.sheet') === null && document.activeElement.classList.contains('button-list')`)
	p.Keys("\r")
	p.Until(`document.querySelector('.sheet') !== null`)
	p.Until(`document.activeElement.closest('.sheet') !== null`)
	for range 6 {
		if browsertest.Eval[bool](p, `document.activeElement.type === 'radio'`) {
			break
		}
		p.Keys("\t")
	}
	p.Keys(" ")
	p.Until(`document.querySelector('.list-row input:checked') !== null && !document.querySelector('.send-row').disabled`)
	p.Keys("\t")
	p.Until(`document.activeElement.classList.contains('send-row')`)
	p.Keys("\r")
	w.received("the row", func(m *waE2E.Message) bool { return m.GetListResponseMessage() != nil })
	p.Until(`document.querySelector('.row.mine.kind-reply') !== null && document.activeElement.classList.contains('button-list')`)
	p.Exec(`document.querySelector('.button-quick_reply').focus()`)
	p.Keys("\r")
	w.received("the tap", func(m *waE2E.Message) bool { return m.GetButtonsResponseMessage() != nil })
	for _, open := range []string{".peer .round", ".composer .attach", ".row.theirs .inspect"} {
		p.Exec(`document.querySelector('` + open + `').focus()`)
		p.Keys("\r")
		p.Until(`document.querySelector('.sheet')?.contains(document.activeElement)`)
		p.Named("what opens from " + open)
		p.Keys("\x1b")
		p.Until(`document.querySelector('.sheet') === null && document.activeElement.matches('` + open + `')`)
	}
}
