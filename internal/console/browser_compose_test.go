package console_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tapgate/internal/browsertest"
)

const jonathan = "61371989950"

func (w *world) page(name string) string { return "#/c/" + w.facts.ChannelID + "/" + name }

// A draft is seen as each client draws it, sent, and followed to the webhook.
func TestBrowserComposesAndSends(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	p.Write(`[data-path="/to"]`, "+61 371 989 950")
	p.Write(`[data-path="/header/text"]`, "Header with text")
	p.Write(`[data-path="/body/text"]`, "Body *message*")
	p.Write(`[data-path="/action/buttons/0/title"]`, "A title of over twenty")
	p.Write(`[data-path="/action/buttons/0/id"]`, "first")
	p.Until(`document.querySelector('.preview .bubble .body')?.textContent === 'Body message'`)
	p.Until(`document.querySelector('.preview .button-title')?.textContent === 'A title of over twenty'`)
	if got := browsertest.Eval[string](p, `document.querySelector('[data-path="/action/buttons/0/title"]').closest('.labelled').querySelector('.counter').textContent`); got != "22 of 20 shown" {
		t.Errorf("the counter says %q", got)
	}
	// What is refused is said at its field, before it is sent.
	p.Write(`[data-path="/action/buttons/0/title"]`, strings.Repeat("x", 26))
	p.Until(`document.querySelector('[data-path="/action/buttons/0/title"]').getAttribute('aria-invalid') === 'true'`)
	p.Write(`[data-path="/action/buttons/0/title"]`, "Button1")
	p.Until(`document.querySelector('[aria-invalid]') === null && document.querySelector('.preview .button-title').textContent === 'Button1'`)
	// Beside replies, a link is not drawn by WhatsApp Web: the preview knows.
	p.PressText("Add a button")
	p.Until(`document.querySelectorAll('.piece').length === 3`)
	browsertest.Eval[bool](p, `(() => { const s = document.querySelector('[data-path="/action/buttons/2/type"]'); s.value = 'url'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`)
	p.Write(`[data-path="/action/buttons/2/title"]`, "Website")
	p.Write(`[data-path="/action/buttons/2/url"]`, "https://example.org/")
	p.Until(`document.querySelector('.segments [data-platform="web"]').dataset.verdict === 'bad'`)
	p.Press(`.segments [data-platform="web"]`)
	p.Until(`document.querySelector('.preview .nothing') !== null && document.querySelector('.verdict').dataset.tone === 'bad'`)
	p.Press(`[aria-label="Remove button 3"]`)
	p.Until(`document.querySelector('.segments [data-platform="web"]').dataset.verdict === 'good'`)

	p.PressText("Send")
	got := w.held(p.sent())
	if at(got, "header") != "Header with text" || at(got, "body") != "Body *message*" || at(got, "buttons", 0, "title") != "Button1" || at(got, "buttons", 2) != nil {
		t.Errorf("the phone has %v", got)
	}
	id, _ := at(got, "id").(string)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/tap", `{"message_id":"`+id+`","button":0}`)
	p.Press(`.compose-told a.link`)
	p.Until(`document.querySelector('.step[data-step="tapped"]')?.textContent.includes('ButtonsV3:first')`)
	p.Until(`[...document.querySelectorAll('.step-name')].some((s) => s.textContent.includes('messages.post'))`)
	steps := browsertest.Eval[string](p, `[...document.querySelectorAll('.step[data-step]')].map((s) => s.dataset.step).join(' ')`)
	for _, step := range []string{"accepted", "queued", "attempt", "sent", "delivered", "tapped"} {
		if !strings.Contains(steps, step) {
			t.Errorf("the timeline has %q, want %s", steps, step)
		}
	}
}

// Every kind has its form and its preview, which can be pressed like a phone.
func TestBrowserShowsEveryKind(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	for kind, shown := range map[string]string{
		"list":     `document.querySelector('.preview .button-list .button-title')?.textContent === 'Choose'`,
		"carousel": `document.querySelectorAll('.preview .card').length === 2`,
		"text":     `document.querySelector('.preview .kind-text .body')?.textContent === 'Hello. Take your pick!'`,
		"buttons":  `document.querySelectorAll('.preview .bubble > .button').length === 2`,
	} {
		p.Until(`document.querySelector('.kinds') !== null`)
		browsertest.Eval[bool](p, `(document.querySelector('.kinds [value="`+kind+`"]').click(), true)`)
		p.Until(`document.querySelector('.kinds [value="` + kind + `"]').checked`)
		if kind == "carousel" {
			for _, card := range []string{"0", "1"} {
				p.Write(`[data-path="/cards/`+card+`/media"]`, "https://example.org/picture.jpg")
			}
		}
		p.Until(shown)
	}
	browsertest.Eval[bool](p, `(document.querySelector('.kinds [value="list"]').click(), true)`)
	p.Until(`document.querySelector('.preview .button-list') !== null`)
	p.Click(`.preview .button-list`)
	p.Until(`document.querySelectorAll('.preview .list-row').length === 2`)
	p.Click(`.preview .list-row`)
	p.Click(`.preview .send-row`)
	p.Until(`document.querySelector('.preview .toast')?.textContent.includes('ListV3:')`)
}

// A file is uploaded to the channel's media store and shown above the buttons.
func TestBrowserUploadsAPicture(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	p.upload(`input[type=file]`, "burger.jpg")
	p.Until(`document.querySelector('.preview img.media')?.naturalWidth > 100`)
	p.Write(`[data-path="/to"]`, jonathan)
	p.PressText("Send")
	if got := w.held(p.sent()); at(got, "media", "kind") != "image" {
		t.Errorf("the phone has %v", got)
	}
}

// upload puts the sandbox's picture into a file input, under a name, and waits until the page has it.
func (p *tab) upload(selector, name string) {
	p.T.Helper()
	p.Until(`document.querySelector(` + browsertest.Quote(selector) + `) !== null`)
	p.Exec(`fetch('/sandbox/samples/image.jpg').then((r) => r.blob()).then((b) => {
		const files = new DataTransfer();
		files.items.add(new File([b], ` + browsertest.Quote(name) + `, { type: 'image/jpeg' }));
		const input = document.querySelector(` + browsertest.Quote(selector) + `);
		input.files = files.files;
		input.dispatchEvent(new Event('change'));
	})`)
	p.Until(`document.querySelector('.picked-name')?.textContent === ` + browsertest.Quote(name))
}

// sent waits until the composer has sent its draft, and returns the id of the message.
func (p *tab) sent() string {
	p.T.Helper()
	p.Until(`document.querySelector('.compose-told a.link') !== null`)
	return browsertest.Eval[string](p, `decodeURIComponent(document.querySelector('.compose-told a.link').hash.split('/').at(-1))`)
}

// The keyboard is enough.
func TestBrowserComposesByKeyboard(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	p.Until(`document.querySelector('[data-path="/to"]') !== null`)
	browsertest.Eval[bool](p, `(document.querySelector('[data-path="/to"]').focus(), true)`)
	p.Keys(jonathan)
	p.Until(`document.querySelector('[data-path="/to"]').value === '` + jonathan + `'`)
	for range 30 {
		if browsertest.Eval[bool](p, `document.activeElement.textContent.trim() === 'Send'`) {
			break
		}
		p.Keys("\t")
	}
	p.Keys("\r")
	p.Until(`document.querySelector('.compose-told a.link') !== null`)
}

// The command that the composer copies sends the message when a shell runs it, whatever stands in it.
func TestBrowserCopiesACommandThatWorks(t *testing.T) {
	browsertest.Need(t)
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl")
	}
	const words = `It's "quoted" $HOME $(id) ` + "`id`" + ` \n *bold* ; # <b> 👍`
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	p.Write(`[data-path="/to"]`, jonathan)
	p.Write(`[data-path="/body/text"]`, words+"\nsecond line")
	p.Write(`[data-path="/action/buttons/0/id"]`, `it's "first"`)
	p.Press(`.compose-foot .press:nth-child(2)`)
	p.Until(`document.querySelector('.toast-note')?.textContent.startsWith('Copied')`)
	command := p.Clipboard()
	if strings.Contains(command, w.facts.Token) {
		t.Error("the command holds the token")
	}
	cmd := exec.CommandContext(t.Context(), shell, "-c", strings.Replace(command, "curl", "curl -sS -w '\n%{http_code}'", 1))
	cmd.Env = append(os.Environ(), "TOKEN="+w.facts.Token)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "\n200") {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	var answer any
	if err := json.Unmarshal([]byte(strings.TrimSuffix(string(out), "\n200")), &answer); err != nil {
		t.Fatal(err)
	}
	id, _ := at(answer, "message", "id").(string)
	got := w.held(id)
	if at(got, "body") != words+"\nsecond line" || at(got, "buttons", 0, "id") != `ButtonsV3:it's "first"` {
		t.Errorf("the phone has %v", got)
	}
}

// A preview that comes late takes nothing away of what was told meanwhile.
func TestBrowserKeepsWhatItToldOverALatePreview(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("compose"))
	p.Write(`[data-path="/to"]`, jonathan)
	p.Until(`document.querySelector('.preview .bubble') !== null`)
	p.Exec(`(() => { const real = fetch; window.fetch = async (url, ...rest) => {
		const answer = await real(url, ...rest);
		if (String(url).includes('/console/preview')) await new Promise((go) => { window.late = go; });
		return answer;
	}; })()`)
	p.Write(`[data-path="/body/text"]`, "Late")
	p.Until(`window.late !== undefined`)
	p.PressText("Send")
	p.sent()
	p.Exec(`window.late()`)
	p.Until(`document.querySelector('.preview .bubble .body').textContent === 'Late'`)
	p.sent()
}
