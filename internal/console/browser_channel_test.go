package console_test

import (
	"strings"
	"testing"

	"tapgate/internal/browsertest"
)

// A new channel is paired with the QR code that the page shows.
func TestBrowserPairsAChannel(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, "#/channels")
	p.Until(`document.querySelector('[data-channel="` + w.facts.ChannelID + `"]')?.dataset.state === 'connected'`)
	p.PressText("Add a channel")
	p.Write(`.ask input`, "shop <b>two</b>")
	p.PressText("Add")
	p.Until(`document.querySelector('.ask .secret code')?.textContent.length > 20`)
	p.PressText("Go on to pairing")
	p.Until(`document.querySelector('.qr-picture')?.naturalWidth > 100 && !document.querySelector('.qr-picture').hidden`)
	p.Until(`document.querySelector('.qr-text').textContent.split(',').length >= 4`)
	p.Picture("pairing")
	// The text is what the picture holds: the picture is drawn of it by the API, in one answer.
	qr := browsertest.Eval[string](p, `document.querySelector('.qr-text').textContent`)
	w.direct(200, "POST", "/sandbox/scan", `{"phone":"447700900123","qr":"`+qr+`"}`)
	p.Until(`document.querySelector('.heading .badge-word')?.textContent === 'connected' && document.querySelector('.pair') === null`)
	if got := browsertest.Eval[string](p, `document.querySelector('.heading p').textContent`); !strings.Contains(strings.ReplaceAll(got, " ", ""), "447700900123") {
		t.Errorf("the page shows the number %q", got)
	}
	if got := browsertest.Eval[string](p, `document.querySelector('.heading h1').textContent`); got != "shop <b>two</b>" {
		t.Errorf("the name is %q", got)
	}
}

func TestBrowserLogsIn(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, "#/channels")
	p.PressText("Log out")
	p.Until(`document.querySelector('.login') !== null`)
	p.Write(`.login input`, "not the token")
	p.PressText("Open the console")
	p.Until(`document.querySelector('.wrong').textContent.startsWith('This token opens nothing')`)
	p.Write(`.login input`, w.facts.Token)
	p.PressText("Open the console")
	p.Until(`document.querySelector('.page-overview') !== null`)
	// A channel's token opens its channel only.
	if got := browsertest.Eval[string](p, `document.querySelector('#who').textContent`); !strings.Contains(got, "Channel token") {
		t.Errorf("the page says %q", got)
	}
	p.open("#/channels")
	p.Until(`document.querySelector('.page-channels') === null`)
	// Nothing of the token is kept where a script could read it.
	kept := browsertest.Eval[string](p, `document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })`)
	if strings.Contains(kept, w.facts.Token) || strings.Contains(kept, "tapgate_console") {
		t.Errorf("scripts can read %s", kept)
	}
}

// TestBrowserPictures looks at each page at both widths and in both colour schemes.
func TestBrowserPictures(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	sent := w.direct(200, "POST", "/messages/interactive", example(t, "request-quick-reply.json"))
	id, _ := at(sent, "message", "id").(string)
	w.held(id)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/read", `{"ids":["`+id+`"]}`)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/tap", `{"message_id":"`+id+`","button":0}`)
	w.direct(200, "POST", "/messages/interactive", example(t, "request-list.json"))
	w.direct(200, "POST", "/messages/text", `{"to":"`+jonathan+`","body":"Your order is on its way."}`)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", `{"text":"When does it arrive?"}`)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"1440", 1440, 900}, {"360", 360, 740}} {
		for _, theme := range []string{"light", "dark"} {
			p := w.browse(size.width, size.height, "#/channels")
			browsertest.Eval[bool](p, `(localStorage.setItem('tapgate.theme', '`+theme+`'), document.documentElement.dataset.theme = '`+theme+`', true)`)
			for _, page := range []string{"overview", "compose", "messages", "webhooks"} {
				p.open(w.page(page))
				p.Until(`document.querySelector('.page-` + page + `') !== null`)
				p.Until(map[string]string{
					"overview": `document.querySelector('.facts-list') !== null`, "compose": `document.querySelector('.preview .bubble') !== null`,
					"messages": `document.querySelectorAll(".item").length >= 4`, "webhooks": `document.querySelector('.item') !== null && document.querySelector('[data-webhook]') !== null && !document.querySelector('.list').textContent.includes('a webhook that is gone')`,
				}[page])
				p.Fits(page + " at " + size.name)
				p.Named(page)
				p.Readable(page+" in "+theme, 4.5)
				p.Picture(page + "-" + size.name + "-" + theme)
			}
			p.open("#/channels")
			p.Until(`document.querySelector('.card-item[data-channel]') !== null`)
			p.Picture("channels-" + size.name + "-" + theme)
			p.open(w.page("messages") + "/" + id)
			p.Until(`document.querySelector('.step[data-step="tapped"]') !== null`)
			p.Picture("timeline-" + size.name + "-" + theme)
		}
	}
}

// Going to and fro faster than the stream follows leaves no page empty.
func TestBrowserGoesToAndFro(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.direct(200, "POST", "/messages/text", `{"to":"`+jonathan+`","body":"Your order is on its way."}`)
	p := w.browse(1440, 900, w.page("messages"))
	t.Logf("%s", browsertest.Eval[string](p, `(() => { const all = performance.getEntriesByType('resource'); return all.length + 1 + ' requests, ' + Math.round(all.reduce((n, e) => n + e.transferSize, 0) / 1000) + ' kB on the wire, drawn after ' + Math.round(performance.now()) + ' ms'; })()`))
	for range 5 {
		p.Until(`document.querySelector('.item.out') !== null`)
		browsertest.Eval[bool](p, `(location.hash = '#/channels', true)`)
		p.Until(`document.querySelector('.page-channels') !== null`)
		p.open(w.page("messages"))
	}
	p.Until(`document.querySelector('.item.out') !== null`)
}
