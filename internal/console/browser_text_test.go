package console_test

import (
	"encoding/json"
	"testing"

	"tapgate/internal/browsertest"
)

// Whatever a customer or a program wrote is text: it makes no element, runs nothing and opens nothing.
func TestBrowserTakesTextAsText(t *testing.T) {
	browsertest.Need(t)
	const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	w := newWorld(t)
	put := func(v any) string {
		b, _ := json.Marshal(v)
		return string(b)
	}
	w.direct(200, "POST", "/sandbox/customers", put(map[string]string{"phone": "491701234567", "name": evil}))
	w.direct(200, "POST", "/sandbox/customers/491701234567/messages", put(map[string]any{"to": "919984351847", "text": evil}))
	sent := w.direct(200, "POST", "/messages/interactive", put(map[string]any{
		"to": jonathan, "type": "button", "header": map[string]string{"text": evil[:60]}, "body": map[string]string{"text": evil + ` javascript:alert(1) https://example.com/"onmouseover=alert(1)`},
		"action": map[string]any{"buttons": []any{map[string]string{"type": "quick_reply", "title": `<b onclick=x>`, "id": evil}}},
	}))
	id, _ := at(sent, "message", "id").(string)
	w.held(id)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/tap", put(map[string]any{"message_id": id, "button": 0}))
	// A webhook whose address and whose answers are hostile, and a channel with a hostile name.
	w.direct(200, "PATCH", "/settings", put(map[string]any{"webhooks": []any{map[string]any{"url": w.facts.API + `/sandbox/inbox?"><script>`, "mode": "body"}}}))
	admin := w.visitor()
	admin.must(200, "POST", "/console/session/local", "")
	admin.must(200, "POST", "/console/api/tapgate/channels", put(map[string]string{"name": evil}))
	w.direct(200, "POST", "/messages/text", put(map[string]string{"to": jonathan, "body": evil}))

	p := w.browse(1440, 900, "#/channels")
	p.Until(`document.querySelectorAll('.card-name').length === 2`)
	p.open(w.page("messages"))
	p.Until(`document.querySelectorAll(".item").length >= 4`)
	for range 2 {
		p.Press(`.item.out`)
		p.Until(`document.querySelector('.step') !== null`)
	}
	browsertest.Eval[bool](p, `(document.querySelectorAll('details').forEach((d) => { d.open = true; }), true)`)
	p.open(w.page("messages") + "/" + id)
	p.Until(`document.querySelector('.step[data-step="tapped"]') !== null`)
	p.open(w.page("webhooks"))
	p.Until(`document.querySelectorAll(".item").length > 3`)
	p.Press(`.item`)
	p.Until(`document.querySelector('.split-detail .step') !== null`)
	p.open(w.page("compose"))
	p.Write(`[data-path="/body/text"]`, evil)
	p.Until(`document.querySelector('.preview .bubble .body')?.textContent.startsWith('<img')`)
	browsertest.Eval[bool](p, `(() => { const s = document.querySelector('[data-path="/action/buttons/0/type"]'); s.value = 'url'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`)
	p.Write(`[data-path="/action/buttons/0/url"]`, `javascript:document.title='owned'`)
	p.Until(`document.querySelector('[data-path="/action/buttons/0/url"]').getAttribute('aria-invalid') === 'true'`)
	// A page that does not exist is named by a hostile address.
	p.open(`#/c/` + evil + `/` + evil)
	p.Until(`document.querySelectorAll('.card-name').length === 2`)

	p.Until(`document.title.endsWith('· tapgate console')`) // else something ran
	if n := browsertest.Eval[int](p, `document.querySelectorAll('body script, [onerror], [onmouseover], [onclick], b').length`); n != 0 {
		t.Errorf("%d elements were made of text", n)
	}
	for _, link := range browsertest.Eval[[]string](p, `[...document.querySelectorAll('a[href]')].map((a) => a.protocol)`) {
		if link != "http:" {
			t.Errorf("a link is %q", link)
		}
	}
}
