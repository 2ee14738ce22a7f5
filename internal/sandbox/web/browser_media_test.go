package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tapgate/internal/browsertest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

func TestBrowserPlaysAVideo(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(under(w.film(), "Watch this", "Nice"), mixed())
	w.messageWith("body", "Watch this")
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.film video')?.controls === true`)
	if got := browsertest.Eval[string](p, `document.querySelector('.film .length').textContent`); got != "0:03" {
		t.Errorf("the length is %q", got)
	}
	const source = `document.querySelector('.film video').currentSrc || document.querySelector('.film video').src`
	if got := browsertest.Eval[string](p, `new URL(`+source+`).pathname`); !strings.HasPrefix(got, "/sandbox/customers/"+jonathan+"/messages/") || !strings.HasSuffix(got, "/media") {
		t.Errorf("the video comes from %q", got)
	}
	got := browsertest.Eval[string](p, `fetch(`+source+`, { headers: { Range: 'bytes=4-7' } }).then(async (r) => [r.status, r.headers.get('Content-Type'), r.headers.get('Content-Range')?.split('/')[0], await r.text()].join(' '))`)
	if got != "206 video/mp4 bytes 4-7 ftyp" {
		t.Errorf("a range of the video is %q", got)
	}
	if browsertest.Eval[string](p, `document.createElement('video').canPlayType('video/mp4; codecs="avc1.420014"')`) == "" {
		t.Skip("this Chromium has no decoder for H.264")
	}
	p.Until(`document.querySelector('.film video').readyState >= 1`)
	if got := browsertest.Eval[string](p, `[document.querySelector('.film video').videoWidth, document.querySelector('.film video').videoHeight, document.querySelector('.film video').duration].join(' ')`); got != "160 96 3" {
		t.Errorf("the video is %s, want 160 by 96 pixels and 3 seconds", got)
	}
	p.Press(`.film .play`)
	p.Until(`document.querySelector('.film.played video')?.currentTime > 0`)
	p.Do(chromedp.Click(chromedp.CSS(`.bubble .button`)))
	w.received("the tap", func(m *waE2E.Message) bool {
		return m.GetButtonsResponseMessage().GetSelectedButtonID() == "ButtonsV3:b1"
	})
}

func TestBrowserShowsAPictureInFullSize(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(under(w.picture(640, 400, blue()), "Look", "Nice"), mixed())
	w.messageWith("body", "Look")
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.bubble img.media')?.naturalWidth === 640`)
	if ratio := browsertest.Eval[float64](p, `(() => { const r = document.querySelector('.bubble img.media').getBoundingClientRect(); return r.width / r.height; })()`); ratio < 1.58 || ratio > 1.62 {
		t.Errorf("the picture of 640 by 400 is drawn %.2f times as wide as high", ratio)
	}
	if gap := browsertest.Eval[float64](p, `document.querySelector('.bubble img.media').getBoundingClientRect().left - document.querySelector('.bubble').getBoundingClientRect().left`); gap > 4 {
		t.Errorf("the picture stands %.1f pixels from the edge of the bubble", gap)
	}
	p.Press(`.bubble .view`)
	p.Until(`document.querySelector('dialog.viewer[open] img')?.naturalWidth === 640`)
	if wide := browsertest.Eval[float64](p, `document.querySelector('dialog.viewer').getBoundingClientRect().width`); wide != 1440 {
		t.Errorf("the viewer is %.0f pixels wide, want the whole page", wide)
	}
	p.Keys("\x1b")
	p.Until(`document.querySelector('dialog.viewer') === null && document.activeElement.classList.contains('view')`)
}

func TestBrowserShowsADocument(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(under(w.paper("Menu of the day.pdf"), "Read this", "Thanks"), mixed())
	w.messageWith("body", "Read this")
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.file .file-name')?.textContent === 'Menu of the day.pdf'`)
	if got := browsertest.Eval[string](p, `document.querySelector('.file .file-text .footer').textContent`); got != fmt.Sprintf("PDF · %d B", len(pdf())) {
		t.Errorf("below the name stands %q", got)
	}
	got := browsertest.Eval[string](p, `fetch(document.querySelector('.file').href).then(async (r) => [r.headers.get('Content-Type'), r.headers.get('Content-Disposition'), (await r.text()).slice(0, 8)].join(' '))`)
	if got != "application/pdf attachment %PDF-1.4" {
		t.Errorf("the document is %q", got)
	}
}

func TestBrowserPressesOnTheSecondCard(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.ok("POST", "/sandbox/customers/"+jonathan+"/platform", `{"platform":"web"}`)
	w.send(cards("Sale", w.picture(400, 400, blue()), w.film(), w.picture(800, 400, rose()), w.picture(400, 600, blue())), mixed())
	w.messageWith("kind", "carousel")
	p := w.browse(1440, 900)
	p.Until(`document.querySelectorAll('.card').length === 4`)
	heights := browsertest.Eval[[]float64](p, `[...document.querySelectorAll('.card')].map((c) => c.getBoundingClientRect().height)`)
	bottoms := browsertest.Eval[[]float64](p, `[...document.querySelectorAll('.card .button')].map((b) => b.getBoundingClientRect().bottom)`)
	for i := range heights {
		if heights[i] != heights[0] || bottoms[i] != bottoms[0] {
			t.Errorf("heights of the cards %v, buttons end at %v", heights, bottoms)
			break
		}
	}
	p.Until(`document.querySelector('.arrow-left').hidden && !document.querySelector('.arrow-right').hidden`)
	p.Press(`.arrow-right`)
	p.Until(`document.querySelector('.strip').scrollLeft > 200 && !document.querySelector('.arrow-left').hidden`)
	p.Do(chromedp.Focus(chromedp.CSS(`.strip`)), chromedp.KeyEvent(kb.ArrowLeft))
	p.Until(`document.querySelector('.strip').scrollLeft < 8`)

	p.Press(`.card:nth-of-type(2) .button`)
	got := w.received("the tap", func(m *waE2E.Message) bool { return m.GetTemplateButtonReplyMessage() != nil }).GetTemplateButtonReplyMessage()
	if got.GetSelectedID() != "ButtonsV3:take2" || got.SelectedCarouselCardIndex == nil || got.GetSelectedCarouselCardIndex() != 1 {
		t.Errorf("the answer is %v, want that of the second card", got)
	}
	p.Until(`document.querySelector('.card:nth-of-type(2) .button').classList.contains('dead')`)
	p.Until(`document.querySelector('.row.mine .quoted-text')?.textContent === 'Sale'`)

	p.Press(`.segments [data-platform="ios"]`)
	p.Until(`document.querySelectorAll('.card .button.dead').length === 4`)
	p.Press(`.card:nth-of-type(1) .button`)
	p.Until(`document.querySelector('.toast')?.textContent.includes('taps are ignored')`)
}

func TestBrowserReplacesAnEditedBubble(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(under(w.picture(400, 300, blue()), "Before", "Old"), mixed())
	sent := w.messageWith("body", "Before")["id"].(string)
	p := w.browse(1440, 900)
	p.Until(`document.querySelector('.bubble img.media')?.naturalWidth === 400`)
	w.edit(sent, under(w.picture(300, 400, rose()), "After", "New", "Newer"), mixed())
	p.Until(`document.querySelector('.bubble .body').textContent === 'After' && document.querySelector('.bubble img.media').naturalWidth === 300`)
	if got := browsertest.Eval[string](p, `document.querySelectorAll('.row').length + document.querySelector('.bubble .stamp').textContent.slice(0, 6)`); got != "1Edited" {
		t.Errorf("%q, want one bubble that says that it was edited", got)
	}
	p.Press(`.bubble .button:nth-of-type(2)`)
	w.received("the tap", func(m *waE2E.Message) bool { return m.GetButtonsResponseMessage().GetSelectedDisplayText() == "Newer" })
}

func TestBrowserSendsAnAttachment(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(1440, 900)
	file := filepath.Join(t.TempDir(), "hills.jpg")
	if err := os.WriteFile(file, photo(320, 200, blue()), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Do(chromedp.SetUploadFiles(chromedp.CSS(`.composer input[type="file"]`), []string{file}))
	w.received("the picture", func(m *waE2E.Message) bool {
		return m.GetImageMessage().GetMimetype() == "image/jpeg" && m.GetImageMessage().GetWidth() == 320
	})
	p.Until(`document.querySelector('.row.mine img.media')?.naturalWidth === 320`)
}

func TestBrowserFitsACarouselOnANarrowScreen(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(cards("Sale", w.picture(400, 400, blue()), w.film(), w.picture(800, 400, rose())), mixed())
	w.send(under(w.picture(1600, 300, rose()), "Wide", "Nice"), mixed())
	w.send(under(w.paper(strings.Repeat("long-name-", 12)+".pdf"), "Paper", "Nice"), mixed())
	w.messageWith("body", "Paper")
	p := w.browse(360, 740)
	p.Until(`document.querySelectorAll('.card').length === 3 && document.querySelector('.file') !== null`)
	p.Fits("a carousel")
	if browsertest.Eval[int](p, `document.querySelector('.chat-view').scrollWidth`) > 360 {
		t.Error("the chat scrolls sideways")
	}
	if !browsertest.Eval[bool](p, `document.querySelector('.strip').scrollWidth > document.querySelector('.strip').clientWidth`) {
		t.Error("the cards do not scroll sideways")
	}
}
