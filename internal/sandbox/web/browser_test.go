package web_test

import (
	"fmt"
	"strings"
	"testing"

	"tapgate/internal/browsertest"

	"github.com/chromedp/chromedp"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// tab is the page in a browser.
type tab struct{ *browsertest.Page }

// browse opens the page, at this size, and waits until it is live.
func (w *world) browse(width, height int64) *tab {
	w.t.Helper()
	return w.open(browsertest.Options{Width: width, Height: height})
}

func (w *world) open(o browsertest.Options) *tab {
	w.t.Helper()
	o.Ready = `document.querySelector('#live').dataset.state === 'on'`
	return &tab{browsertest.Open(w.t, w.url+"/phone", o)}
}

func TestBrowserPressesAButton(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	w.send(quickReply("Header with text", "Body *message*", "Footer message", "Button1", "Button2"), mixed())
	p.Until(`document.querySelectorAll('.bubble .button').length === 2`)
	if got := browsertest.Eval[string](p, `document.querySelector('.bubble .body').textContent`); got != "Body message" {
		t.Errorf("the body is %q, want the words without their marks", got)
	}
	if got := browsertest.Eval[string](p, `document.querySelector('.bubble .body strong').textContent`); got != "message" {
		t.Errorf("%q is bold", got)
	}
	if got := browsertest.Eval[string](p, `document.querySelector('.bubble .header').textContent + '|' + document.querySelector('.bubble .footer').textContent`); got != "Header with text|Footer message" {
		t.Errorf("header and footer are %q", got)
	}
	p.Press(`.bubble .button:nth-of-type(1)`)
	w.received("the tap", func(m *waE2E.Message) bool {
		return m.GetButtonsResponseMessage().GetSelectedButtonID() == "ButtonsV3:b1"
	})
	p.Until(`document.querySelector('.row.mine.kind-reply .body')?.textContent === 'Button1'`)
	p.Until(`document.querySelector('.bubble .button').classList.contains('dead')`)
	if browsertest.Eval[bool](p, `document.querySelectorAll('.bubble .button')[1].classList.contains('dead')`) {
		t.Error("the button that was not pressed is grey")
	}
	if got := browsertest.Eval[string](p, `document.querySelector('.row.mine .quoted-text').textContent`); got != "Body message" {
		t.Errorf("the answer quotes %q", got)
	}

	// What stands open before a person's eyes is read.
	w.message("read message", func(m map[string]any) bool { return m["from"] == businessNumber && m["status"] == "read" })

	w.fetch("POST", "/sandbox/inbox", `{"messages":[{"type":"reply","from_name":"Jonathan","reply":{"buttons_reply":{"id":"ButtonsV3:b1","title":"Button1"}}}],"event":{"type":"messages","event":"post"}}`)
	p.Until(`document.querySelector('.request .event')?.textContent === 'messages.post'`)
	p.Until(`document.querySelector('.request .json .key')?.textContent === '"messages"'`)
}

func TestBrowserPicksFromAList(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(burgers("Cheeseburger"), listNode())
	w.messageWith("kind", "list")
	p := w.browse(1440, 900)
	p.Press(`.button-list`)
	if !browsertest.Eval[bool](p, `document.querySelector('.send-row').disabled && document.querySelector('.chat-view').inert`) {
		t.Error("the sheet can be sent before a row is chosen, or leaves the chat alive")
	}
	p.Keys("\x1b")
	p.Until(`document.querySelector('.sheet') === null && document.activeElement.classList.contains('button-list')`)
	p.Press(`.button-list`)
	p.Press(`.list-row:nth-of-type(2)`)
	p.Press(`.send-row`)
	w.received("the row", func(m *waE2E.Message) bool {
		return m.GetListResponseMessage().GetSingleSelectReply().GetSelectedRowID() == "ListV3:r2"
	})
	p.Until(`document.querySelector('.row.mine.kind-reply .body')?.textContent === 'Cheeseburger'`)
}

func TestBrowserShowsWhatIsNotDrawn(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(quickReply("H", "Nobody sees this", "F", "Yes"))
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.nothing')?.textContent.startsWith('WhatsApp shows nothing here: ')`)
	if browsertest.Eval[bool](p, `document.querySelector('.chat-view').textContent.includes('Nobody sees this')`) {
		t.Error("the chat shows a text that no client draws")
	}
}

func TestBrowserWritesAndChangesPlatform(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	p.Press(`.segments [data-platform="ios"]`)
	p.Until(`document.querySelector('.device').dataset.platform === 'ios'`)
	if platform := w.ok("GET", "/sandbox/customers", "").([]any)[0].(map[string]any)["platform"]; platform != "ios" {
		t.Errorf("the phone is %v", platform)
	}
	p.Do(chromedp.SendKeys(chromedp.CSS(`.line`), "Hi there\r"))
	w.received("the text", func(m *waE2E.Message) bool {
		return m.GetConversation() == "Hi there" || m.GetExtendedTextMessage().GetText() == "Hi there"
	})
	p.Until(`document.querySelector('.row.mine .body')?.textContent === 'Hi there'`)
}

// Whatever a customer or a program wrote is text: it makes no element, runs nothing and opens nothing.
func TestBrowserTakesTextAsText(t *testing.T) {
	browsertest.Need(t)
	const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	w := newWorld(t)
	must(w.book.Add(w.context(), "491701234567", evil))(t)
	w.pair()
	w.send(quickReply(evil, evil+` *`+evil+"* `"+evil+"` javascript:alert(1) https://example.com/\"onmouseover=alert(1)", evil, evil), mixed())
	w.send(burgers(evil), listNode())
	w.send(nativeFlow("evil link", "cta_url", map[string]string{"display_text": evil, "url": "javascript:document.title='owned'"}), mixed())
	w.send(cards(evil, w.picture(40, 40, blue()), w.picture(40, 40, blue())), mixed())
	w.send(under(w.paper(evil+".pdf"), evil, evil), mixed())
	w.send(w.business.cli.BuildPollCreation(evil, []string{evil, "*" + evil + "*"}, 1))
	w.send(text(evil))
	w.messageWith("body", "evil link")
	hostile := w.messageWith("body", evil)["id"]
	for _, content := range []map[string]any{
		{"text": evil, "quote": hostile}, {"contact": map[string]any{"name": evil, "phone": "61371989951"}},
		{"location": map[string]any{"latitude": 1, "longitude": 2, "name": evil, "address": evil}},
		{"media": "data:application/pdf;base64,JVBERi0xLjQK", "file_name": evil + ".pdf", "caption": evil},
	} {
		w.ok("POST", jonathans+"/messages", body(content))
	}
	must(w.book.CreateGroup(w.context(), evil[:60], jonathan, businessNumber, "491701234567"))(t)
	w.fetch("POST", "/sandbox/inbox?"+"%3Cimg%3E", body(map[string]any{"event": map[string]string{"type": evil}, evil: evil, "messages": []any{map[string]any{"type": evil, "from_name": evil}}}))
	w.fetch("POST", "/sandbox/inbox", evil)

	p := w.browse(1440, 900)
	p.Until(`document.querySelectorAll('.row').length >= 11 && document.querySelectorAll('.card').length === 2 && document.querySelectorAll('.request').length === 2`)
	for _, summary := range []string{`1`, `2`} {
		p.Until(`(document.querySelector('.request:nth-child(` + summary + `) details').open = true)`)
	}
	p.Press(`.button-list`)
	p.Until(`document.querySelectorAll('.list-row').length === 2`)
	p.Keys("\x1b")
	p.Press(`.button-url`)
	p.Until(`document.querySelector('.sheet h2')?.textContent === 'This address is not opened'`)
	if n := browsertest.Eval[int](p, `document.querySelectorAll('.sheet a').length`); n != 0 {
		t.Errorf("the sheet for an evil address has %d links", n)
	}
	p.Keys("\x1b")
	for i := range browsertest.Eval[int](p, `document.querySelectorAll('.chat-view .inspect').length`) {
		p.Until(`document.querySelector('.sheet') === null`)
		p.Exec(fmt.Sprintf(`document.querySelectorAll('.chat-view .inspect')[%d].click()`, i))
		p.Until(`document.querySelector('.sheet') !== null`)
		p.Keys("\x1b")
	}
	p.choose(`.row.theirs`, "Reply")
	clean := func() {
		p.Until(`document.title === 'tapgate sandbox'`) // else something ran
		if n := browsertest.Eval[int](p, `document.querySelectorAll('body script, .columns img:not(.media), [onerror], [onmouseover]').length`); n != 0 {
			t.Errorf("%d elements were made of text", n)
		}
	}
	clean()
	links := browsertest.Eval[[]string](p, `[...document.querySelectorAll('a[href]:not(.file)')].map((a) => a.protocol + a.rel)`)
	files := browsertest.Eval[[]string](p, `[...document.querySelectorAll('a.file')].map((a) => a.host === location.host && a.pathname.startsWith('/sandbox/customers/') && a.hasAttribute('download') ? '' : a.href)`)
	if strings.Join(files, "") != "" || len(files) != 2 {
		t.Errorf("files are %q", files)
	}
	for _, link := range links {
		if link != "https:noopener noreferrer" {
			t.Errorf("a link is %q", link)
		}
	}
	if !browsertest.Eval[bool](p, `document.querySelector('.bubble .header').textContent.includes('<img src=x onerror=')`) {
		t.Error("the header does not show the text as it was written")
	}
	p.Press(`.chat-group`)
	p.Until(`document.querySelector('.peer-name').textContent.startsWith('<img')`)
	clean()
}

func TestBrowserFitsANarrowScreen(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(quickReply("Header", strings.Repeat("Wörter", 60)+" https://example.com/"+strings.Repeat("long/", 40), "Footer", strings.Repeat("Button", 8), "Two"), mixed())
	w.messageWith("kind", "buttons")
	w.fetch("POST", "/sandbox/inbox", body(map[string]string{"long": strings.Repeat("x", 500)}))
	p := w.browse(360, 740)
	p.Until(`document.querySelectorAll('.bubble .button').length === 2`)
	for _, column := range []string{"phone", "inbox", "chats"} {
		p.Press(`.tabs [data-tab="` + column + `"]`)
		p.Until(`document.querySelector('.columns').dataset.tab === '` + column + `'`)
		p.Fits(column)
	}
}
