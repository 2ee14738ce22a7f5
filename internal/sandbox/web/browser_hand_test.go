package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/browsertest"
	"tapgate/internal/id"
)

// choose opens the menu of the last message that a selector finds, and chooses from it by its words.
func (p *tab) choose(row, words string) {
	p.T.Helper()
	p.Until(`document.querySelectorAll('` + row + ` .inspect').length > 0`)
	p.Exec(`[...document.querySelectorAll('` + row + ` .inspect')].at(-1).click()`)
	const found = `[...document.querySelectorAll('.choice')].find((el) => el.textContent === %s)`
	p.Until(`document.querySelector('.sheet') !== null`)
	p.Until(fmt.Sprintf(found, browsertest.Quote(words)) + ` !== undefined`)
	p.Exec(`` + fmt.Sprintf(found, browsertest.Quote(words)) + `.click()`)
	p.Until(`document.querySelector('.sheet') === null`)
}

func TestBrowserAnswersReactsEditsAndDeletes(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(text("Are you *there*?"))
	question := w.messageWith("body", "Are you *there*?")
	p := w.browse(1440, 900)

	p.choose(`.row.theirs`, "Reply")
	p.Until(`document.querySelector('.about span span')?.textContent === 'Are you there?' && document.activeElement.classList.contains('line')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.line`), "Yess\r"))
	answer := w.received("the answer", func(m *waE2E.Message) bool { return m.GetExtendedTextMessage().GetText() == "Yess" })
	if got := answer.GetExtendedTextMessage().GetContextInfo(); got.GetStanzaID() != must(id.ParseMessage(question["id"].(string)))(t).Stanza || got.GetQuotedMessage().GetConversation() != "Are you *there*?" {
		t.Errorf("the answer cites %v", got)
	}
	p.Until(`document.querySelector('.row.mine .quoted-text')?.textContent === 'Are you there?' && document.querySelector('.about').hidden`)

	p.choose(`.row.mine`, "Edit")
	p.Until(`document.querySelector('.line').value === 'Yess'`)
	p.Keys("\x1b") // thought better of it
	p.Until(`document.querySelector('.line').value === '' && document.querySelector('.about').hidden`)
	p.choose(`.row.mine`, "Edit")
	p.Exec(`(document.querySelector('.line').value = '')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.line`), "Yes\r"))
	w.received("the edit", func(m *waE2E.Message) bool {
		return m.GetProtocolMessage().GetEditedMessage().GetConversation() == "Yes"
	})
	p.Until(`document.querySelector('.row.mine .body').textContent === 'Yes' && document.querySelector('.row.mine .stamp').textContent.startsWith('Edited')`)

	p.Exec(`document.querySelector('.row.theirs .inspect').click()`)
	p.Press(`.emoji[data-emoji="👍"]`)
	w.received("the reaction", func(m *waE2E.Message) bool { return m.GetReactionMessage().GetText() == "👍" })
	p.Until(`document.querySelector('.row.theirs .reactions')?.textContent === '👍'`)
	p.Exec(`document.querySelector('.row.theirs .inspect').click()`)
	p.Press(`.emoji[aria-pressed="true"]`)
	p.Until(`document.querySelector('.row.theirs .reactions') === null`)

	p.choose(`.row.mine`, "Delete for everyone")
	w.received("the deletion", func(m *waE2E.Message) bool {
		return m.GetProtocolMessage().GetType() == waE2E.ProtocolMessage_REVOKE && m.GetProtocolMessage() != nil
	})
	p.Until(`document.querySelector('.row.mine .body').textContent.trim() === 'You deleted this message'`)
	p.Exec(`[...document.querySelectorAll('.row.mine .inspect')].at(-1).click()`)
	p.Until(`document.querySelectorAll('.choice').length === 1 && document.querySelector('.emojis') === null`) // as JSON only
}

func TestBrowserVotes(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(w.business.cli.BuildPollCreation("Lunch?", []string{"Pizza", "<b>Pasta</b>"}, 1))
	w.messageWith("kind", "poll")
	p := w.browse(1440, 900)
	p.Press(`.poll-option:nth-of-type(2)`)
	e := w.vote()
	vote, err := w.business.cli.DecryptPollVote(w.context(), e)
	if err != nil || len(vote.GetSelectedOptions()) != 1 {
		t.Errorf("the business reads %v, %v", vote, err)
	}
	p.Until(`document.querySelector('.poll-option:nth-of-type(2)').getAttribute('aria-checked') === 'true'`)
	if got := browsertest.Eval[string](p, `[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-label')).join('; ')`); got != "Pizza: 0 votes; <b>Pasta</b>: 1 vote" {
		t.Errorf("the options say %q", got)
	}
	p.Press(`.poll-option:nth-of-type(1)`)
	p.Until(`[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-checked')).join() === 'true,false'`)
	p.Press(`.poll-option:nth-of-type(1)`)
	p.Until(`[...document.querySelectorAll('.poll-option')].map((el) => el.getAttribute('aria-checked')).join() === 'false,false'`)
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
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.send(text("before"))
	w.messageWith("body", "before")
	p := w.browse(1440, 900)
	act := func(words string) {
		p.Press(`.peer .round`)
		p.Until(`document.querySelector('.sheet') !== null`)
		p.Exec(`[...document.querySelectorAll('.choice')].find((el) => el.textContent.startsWith(` + browsertest.Quote(words) + `)).click()`)
	}
	act("Go offline")
	p.Until(`!document.querySelector('.offline').hidden && document.querySelector('.chat .who-platform').textContent === 'offline'`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.line`), "from the tunnel\r"))
	p.Until(`document.querySelector('.row.mine .ticks-pending') !== null`)
	act("Forget all sessions")
	p.Until(`document.querySelector('.toast')?.textContent.startsWith('Sessions forgotten')`)
	w.send(quickReply("", "while you were away", "", "Yes"), mixed())
	p.Press(`.offline .quiet`)
	p.Until(`document.querySelector('.offline').hidden`)
	w.received("what was written", func(m *waE2E.Message) bool { return m.GetConversation() == "from the tunnel" })
	p.Until(`document.querySelector('.row.mine .ticks-delivered') !== null`)
	if m := w.messageWith("body", "while you were away"); m["retry_count"] == nil {
		t.Errorf("the phone read %v at once, although its sessions were gone", m)
	}
}

// What is begun in a chat waits there.
func TestBrowserKeepsDrafts(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	must(w.book.Add(w.context(), maria, "Maria"))(t)
	w.pair()
	p := w.browse(1440, 900)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.line`), "half a"))
	p.Press(`.chat[data-phone="` + maria + `"]`)
	p.Until(`document.querySelector('.line').value === ''`)
	p.Press(`.chat[data-phone="` + jonathan + `"]`)
	p.Until(`document.querySelector('.line').value === 'half a'`)
}

func TestBrowserAttachesAPlaceAndACard(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	p := w.browse(360, 740)
	choose := func(n int) {
		p.Press(`.composer .attach`)
		p.Press(fmt.Sprintf(`.choices li:nth-child(%d) .choice`, n))
	}
	choose(2)
	p.Press(`.fields .send-row`)
	w.received("the place", func(m *waE2E.Message) bool { return m.GetLocationMessage().GetDegreesLatitude() == -33.8568 })
	choose(3)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.field[aria-label="Name"]`), "<i>Mary</i>"), chromedp.SendKeys(chromedp.CSS(`.field[aria-label="Phone number"]`), "61371989951\r"))
	w.received("the card", func(m *waE2E.Message) bool { return m.GetContactMessage().GetDisplayName() == "<i>Mary</i>" })
	p.Until(`document.querySelector('.contact .header')?.textContent === '<i>Mary</i>'`)
}

// Two customers of a group side by side: what one writes, the other sees.
func TestBrowserPutsPhonesSideBySide(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	must(w.book.Add(w.context(), maria, "Maria"))(t)
	w.pair()
	group := must(w.book.CreateGroup(w.context(), "Launch team", jonathan, businessNumber, maria))(t)
	p := w.browse(1440, 900)
	p.Press(`.chat[data-phone="` + jonathan + `"][data-chat="` + group + `"]`)
	p.Press(`.stage-first .beside`)
	p.Until(`document.querySelector('.stage-second .caption strong')?.textContent === 'Maria’s phone' && document.querySelector('.stage-second .peer-name').textContent === 'Launch team'`)
	if wide := browsertest.Eval[bool](p, `[...document.querySelectorAll('.slot *')].some((el) => !el.closest('.strip, pre, .offscreen') && el.getBoundingClientRect().right > el.closest('.slot').getBoundingClientRect().right + .5)`); wide {
		t.Error("a phone runs over the edge of its place")
	}
	p.Do(chromedp.SendKeys(chromedp.CSS(`.stage-second .line`), "I am in\r"))
	p.Until(`document.querySelector('.stage-first .row.theirs .body')?.textContent === 'I am in'`)
	p.Until(`document.querySelector('.stage-second .line').value === ''`)
	p.Until(`document.querySelector('.stage-first .author')?.textContent === 'Maria' && document.querySelector('.stage-second .row.mine') !== null`)
	p.Press(`.stage-second [data-platform="web"]`)
	p.Until(`document.querySelector('.stage-second .device').dataset.platform === 'web' && document.querySelector('.stage-first .device').dataset.platform === 'android'`)
	p.Picture("two-phones")
	p.Press(`.chat[data-phone="` + maria + `"][data-chat="business"]`) // opens where the last touch was
	p.Until(`document.querySelector('.stage-second .peer-name').textContent !== 'Launch team' && document.querySelector('.stage-first .peer-name').textContent === 'Launch team'`)
	p.Press(`.stage-second .beside`)
	p.Until(`document.querySelector('.stage-second').hidden && document.querySelector('.chat.active').dataset.phone === '` + jonathan + `'`)
}
