package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/id"
)

// choose opens the menu of the last message that a selector finds, and chooses from it by its words.
func (p *tab) choose(row, words string) {
	p.t.Helper()
	p.until(`document.querySelectorAll('` + row + ` .inspect').length > 0`)
	p.do(chromedp.Evaluate[chromedp.Void](`void [...document.querySelectorAll('` + row + ` .inspect')].at(-1).click()`))
	const found = `[...document.querySelectorAll('.choice')].find((el) => el.textContent === %s)`
	p.until(`document.querySelector('.sheet') !== null`)
	p.until(fmt.Sprintf(found, quote(words)) + ` !== undefined`)
	p.do(chromedp.Evaluate[chromedp.Void](`void ` + fmt.Sprintf(found, quote(words)) + `.click()`))
	p.until(`document.querySelector('.sheet') === null`)
}

func TestBrowserAnswersReactsEditsAndDeletes(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(text("Are you *there*?"))
	question := w.messageWith("body", "Are you *there*?")
	p := w.browse(1440, 900)

	p.choose(`.row.theirs`, "Reply")
	p.until(`document.querySelector('.about span span')?.textContent === 'Are you there?' && document.activeElement.classList.contains('line')`)
	p.do(chromedp.SendKeys(chromedp.CSS(`.line`), "Yess\r"))
	answer := w.received("the answer", func(m *waE2E.Message) bool { return m.GetExtendedTextMessage().GetText() == "Yess" })
	if got := answer.GetExtendedTextMessage().GetContextInfo(); got.GetStanzaID() != must(id.ParseMessage(question["id"].(string)))(t).Stanza || got.GetQuotedMessage().GetConversation() != "Are you *there*?" {
		t.Errorf("the answer cites %v", got)
	}
	p.until(`document.querySelector('.row.mine .quoted-text')?.textContent === 'Are you there?' && document.querySelector('.about').hidden`)

	p.choose(`.row.mine`, "Edit")
	p.until(`document.querySelector('.line').value === 'Yess'`)
	p.do(chromedp.KeyEvent("\x1b")) // thought better of it
	p.until(`document.querySelector('.line').value === '' && document.querySelector('.about').hidden`)
	p.choose(`.row.mine`, "Edit")
	p.do(chromedp.Evaluate[chromedp.Void](`void (document.querySelector('.line').value = '')`), chromedp.SendKeys(chromedp.CSS(`.line`), "Yes\r"))
	w.received("the edit", func(m *waE2E.Message) bool {
		return m.GetProtocolMessage().GetEditedMessage().GetConversation() == "Yes"
	})
	p.until(`document.querySelector('.row.mine .body').textContent === 'Yes' && document.querySelector('.row.mine .stamp').textContent.startsWith('Edited')`)

	p.do(chromedp.Evaluate[chromedp.Void](`void document.querySelector('.row.theirs .inspect').click()`))
	p.press(`.emoji[data-emoji="👍"]`)
	w.received("the reaction", func(m *waE2E.Message) bool { return m.GetReactionMessage().GetText() == "👍" })
	p.until(`document.querySelector('.row.theirs .reactions')?.textContent === '👍'`)
	p.do(chromedp.Evaluate[chromedp.Void](`void document.querySelector('.row.theirs .inspect').click()`))
	p.press(`.emoji[aria-pressed="true"]`)
	p.until(`document.querySelector('.row.theirs .reactions') === null`)

	p.choose(`.row.mine`, "Delete for everyone")
	w.received("the deletion", func(m *waE2E.Message) bool {
		return m.GetProtocolMessage().GetType() == waE2E.ProtocolMessage_REVOKE && m.GetProtocolMessage() != nil
	})
	p.until(`document.querySelector('.row.mine .body').textContent.trim() === 'You deleted this message'`)
	p.do(chromedp.Evaluate[chromedp.Void](`void [...document.querySelectorAll('.row.mine .inspect')].at(-1).click()`))
	p.until(`document.querySelectorAll('.choice').length === 1 && document.querySelector('.emojis') === null`) // as JSON only
}

func TestBrowserVotes(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(w.business.cli.BuildPollCreation("Lunch?", []string{"Pizza", "<b>Pasta</b>"}, 1))
	w.messageWith("kind", "poll")
	p := w.browse(1440, 900)
	p.press(`.poll-option:nth-of-type(2)`)
	e := w.vote()
	vote, err := w.business.cli.DecryptPollVote(w.context(), e)
	if err != nil || len(vote.GetSelectedOptions()) != 1 {
		t.Errorf("the business reads %v, %v", vote, err)
	}
	p.until(`document.querySelector('.poll-option:nth-of-type(2)').getAttribute('aria-checked') === 'true'`)
	if got := eval[string](p, `[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-label')).join('; ')`); got != "Pizza: 0 votes; <b>Pasta</b>: 1 vote" {
		t.Errorf("the options say %q", got)
	}
	p.press(`.poll-option:nth-of-type(1)`)
	p.until(`[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-checked')).join() === 'true,false'`)
	p.press(`.poll-option:nth-of-type(1)`)
	p.until(`[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-checked')).join() === 'false,false'`)
}

// vote waits for the first vote in a poll.
func (w *world) vote() *events.Message {
	w.t.Helper()
	w.received("the vote", func(m *waE2E.Message) bool { return m.GetPollUpdateMessage() != nil })
	w.business.mu.Lock()
	defer w.business.mu.Unlock()
	for _, e := range w.business.messages {
		if e.Message.GetPollUpdateMessage() != nil {
			return e
		}
	}
	return nil
}

func TestBrowserGoesOfflineAndForgets(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	w.send(text("before"))
	w.messageWith("body", "before")
	p := w.browse(1440, 900)
	act := func(words string) {
		p.press(`.peer .round`)
		p.until(`document.querySelector('.sheet') !== null`)
		p.do(chromedp.Evaluate[chromedp.Void](`void [...document.querySelectorAll('.choice')].find((el) => el.textContent.startsWith(` + quote(words) + `)).click()`))
	}
	act("Go offline")
	p.until(`!document.querySelector('.offline').hidden && document.querySelector('.chat .who-platform').textContent === 'offline'`)
	p.do(chromedp.SendKeys(chromedp.CSS(`.line`), "from the tunnel\r"))
	p.until(`document.querySelector('.row.mine .ticks-pending') !== null`)
	act("Forget all sessions")
	p.until(`document.querySelector('.toast')?.textContent.startsWith('Sessions forgotten')`)
	w.send(quickReply("", "while you were away", "", "Yes"), mixed())
	p.press(`.offline .quiet`)
	p.until(`document.querySelector('.offline').hidden`)
	w.received("what was written", func(m *waE2E.Message) bool { return m.GetConversation() == "from the tunnel" })
	p.until(`document.querySelector('.row.mine .ticks-delivered') !== null`)
	if m := w.messageWith("body", "while you were away"); m["retry_count"] == nil {
		t.Errorf("the phone read %v at once, although its sessions were gone", m)
	}
}

// What is begun in a chat waits there.
func TestBrowserKeepsDrafts(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	must(w.book.Add(w.context(), maria, "Maria"))(t)
	w.pair()
	p := w.browse(1440, 900)
	p.do(chromedp.SendKeys(chromedp.CSS(`.line`), "half a"))
	p.press(`.chat[data-phone="` + maria + `"]`)
	p.until(`document.querySelector('.line').value === ''`)
	p.press(`.chat[data-phone="` + jonathan + `"]`)
	p.until(`document.querySelector('.line').value === 'half a'`)
}

func TestBrowserAttachesAPlaceAndACard(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(360, 740)
	choose := func(n int) {
		p.press(`.composer .attach`)
		p.press(fmt.Sprintf(`.choices li:nth-child(%d) .choice`, n))
	}
	choose(2)
	p.press(`.fields .send-row`)
	w.received("the place", func(m *waE2E.Message) bool { return m.GetLocationMessage().GetDegreesLatitude() == -33.8568 })
	choose(3)
	p.do(chromedp.SendKeys(chromedp.CSS(`.field[aria-label="Name"]`), "<i>Mary</i>"), chromedp.SendKeys(chromedp.CSS(`.field[aria-label="Phone number"]`), "61371989951\r"))
	w.received("the card", func(m *waE2E.Message) bool { return m.GetContactMessage().GetDisplayName() == "<i>Mary</i>" })
	p.until(`document.querySelector('.contact .header')?.textContent === '<i>Mary</i>'`)
}

// Two customers of a group side by side: what one writes, the other sees.
func TestBrowserPutsPhonesSideBySide(t *testing.T) {
	chromium(t)
	w := newWorld(t)
	must(w.book.Add(w.context(), maria, "Maria"))(t)
	w.pair()
	group := must(w.book.CreateGroup(w.context(), "Launch team", jonathan, businessNumber, maria))(t)
	p := w.browse(1440, 900)
	p.press(`.chat[data-phone="` + jonathan + `"][data-chat="` + group + `"]`)
	p.press(`.stage-first .beside`)
	p.until(`document.querySelector('.stage-second .caption strong')?.textContent === 'Maria’s phone' && document.querySelector('.stage-second .peer-name').textContent === 'Launch team'`)
	if wide := eval[bool](p, `[...document.querySelectorAll('.slot *')].some((el) => !el.closest('.strip, pre, .offscreen') && el.getBoundingClientRect().right > el.closest('.slot').getBoundingClientRect().right + .5)`); wide {
		t.Error("a phone runs over the edge of its place")
	}
	p.do(chromedp.SendKeys(chromedp.CSS(`.stage-second .line`), "I am in\r"))
	p.until(`document.querySelector('.stage-first .row.theirs .body')?.textContent === 'I am in'`)
	p.until(`document.querySelector('.stage-second .line').value === ''`)
	p.until(`document.querySelector('.stage-first .author')?.textContent === 'Maria' && document.querySelector('.stage-second .row.mine') !== null`)
	p.press(`.stage-second [data-platform="web"]`)
	p.until(`document.querySelector('.stage-second .device').dataset.platform === 'web' && document.querySelector('.stage-first .device').dataset.platform === 'android'`)
	p.shoot("two-phones")
	p.press(`.chat[data-phone="` + maria + `"][data-chat="business"]`) // opens where the last touch was
	p.until(`document.querySelector('.stage-second .peer-name').textContent !== 'Launch team' && document.querySelector('.stage-first .peer-name').textContent === 'Launch team'`)
	p.press(`.stage-second .beside`)
	p.until(`document.querySelector('.stage-second').hidden && document.querySelector('.chat.active').dataset.phone === '` + jonathan + `'`)
}
