package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/browsertest"
	"tapgate/internal/id"
)

// flows is a message with native flow buttons, each given as name, title and one parameter.
func flows(text string, buttons ...[3]string) *waE2E.Message {
	key := map[string]string{"quick_reply": "id", "cta_url": "url", "cta_call": "phone_number", "cta_copy": "copy_code"}
	var all *waE2E.Message
	for _, b := range buttons {
		m := nativeFlow(text, b[0], map[string]string{"display_text": b[1], key[b[0]]: b[2]})
		if all == nil {
			all = m
			continue
		}
		flow := all.InteractiveMessage.GetNativeFlowMessage()
		flow.Buttons = append(flow.Buttons, m.InteractiveMessage.GetNativeFlowMessage().GetButtons()...)
	}
	return all
}

// furnish puts one of everything on Jonathan's phone, oldest first, and something into a group with Maria.
func (w *world) furnish() {
	w.t.Helper()
	must(w.book.Add(w.context(), maria, "Maria"))(w.t)
	group := must(w.book.CreateGroup(w.context(), "Launch team", jonathan, businessNumber, maria))(w.t)
	asked := w.ok("POST", jonathans+"/messages", body(map[string]any{"text": "Hi! What do you have *today*?"})).(map[string]any)["id"].(string)
	w.received("the question", func(m *waE2E.Message) bool { return m.GetConversation() != "" })
	answer := quickReply("Your order", "Shall we deliver *today*? _Until 6 pm_ is possible, ~tomorrow~ no.\n> as agreed\n- fresh bread\n- cheese\n1. first\n```total  12.50```", "tapgate", "Yes, please", "Tomorrow")
	answer.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage().ContextInfo = &waE2E.ContextInfo{
		StanzaID: proto.String(must(id.ParseMessage(asked))(w.t).Stanza), Participant: proto.String(jonathan + "@s.whatsapp.net"),
		QuotedMessage: text("Hi! What do you have *today*?"),
	}
	w.send(answer, mixed())
	order := w.messageWith("header", "Your order")["id"].(string)
	w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": order, "button": 0}))
	w.ok("POST", jonathans+"/messages", body(map[string]any{"react": map[string]string{"message_id": order, "emoji": "👍"}}))
	w.send(burgers("Cheeseburger"), listNode())
	list := w.messageWith("kind", "list")["id"].(string)
	w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": list, "row": "r2"}))
	w.send(flows("Everything else", [3]string{"cta_url", "Open the shop", "https://example.com/shop"},
		[3]string{"cta_call", "Call us", "+919984351847"}, [3]string{"cta_copy", "Copy the code", "SAVE-20"}), mixed())
	w.send(flows("Four of them", [3]string{"quick_reply", "One", "1"}, [3]string{"quick_reply", "Two", "2"},
		[3]string{"quick_reply", "Three", "3"}, [3]string{"quick_reply", "Four", "4"}), mixed())
	w.send(flows("Mixed", [3]string{"quick_reply", "Later", "later"}, [3]string{"cta_url", "Look", "https://example.com/"}), mixed())
	w.send(under(w.picture(800, 600, blue()), "A picture above buttons", "Nice", "Not so nice"), mixed())
	w.send(under(w.film(), "A film above buttons", "Nice"), mixed())
	w.send(under(w.paper("Menu of the day.pdf"), "A document above buttons", "Read"), mixed())
	w.send(cards("Our sale: swipe", w.picture(400, 400, blue()), w.film(), w.picture(800, 400, rose()), w.picture(400, 600, blue())), mixed())
	w.send(quickReply("Not drawn", "There is no biz node", "", "Yes"))
	w.send(w.business.cli.BuildPollCreation("Lunch?", []string{"Pizza", "Pasta"}, 1))
	poll := w.messageWith("kind", "poll")["id"].(string)
	w.ok("POST", jonathans+"/messages", body(map[string]any{"vote": map[string]any{"message_id": poll, "options": []string{"Pizza"}}}))
	for _, content := range []map[string]any{
		{"location": map[string]any{"latitude": -33.8568, "longitude": 151.2153, "name": "Opera House", "address": "Bennelong Point"}},
		{"contact": map[string]any{"name": "Mary Baker", "phone": "61371989951"}},
		{"text": "Tpyo"}, {"text": "Wrong chat"},
	} {
		sent := w.ok("POST", jonathans+"/messages", body(content)).(map[string]any)["id"]
		switch content["text"] {
		case "Tpyo":
			w.ok("POST", jonathans+"/messages", body(map[string]any{"edit": sent, "text": "Typo"}))
		case "Wrong chat":
			w.ok("POST", jonathans+"/messages", body(map[string]any{"delete": sent}))
		}
	}
	chat := must(types.ParseJID(group))(w.t)
	nodes := []waBinary.Node{mixed()}
	must(w.business.cli.SendMessage(w.context(), chat, flows("Who joins?", [3]string{"quick_reply", "Me", "me"}, [3]string{"quick_reply", "Not me", "no"}),
		whatsmeow.SendRequestExtra{AdditionalNodes: &nodes}))(w.t)
	w.ok("POST", "/sandbox/customers/"+maria+"/messages", body(map[string]any{"to": group, "text": "I do!"}))
	w.message("Maria's text", func(m map[string]any) bool { return m["body"] == "I do!" })
}

// sheets opens what slides over the chat, and keeps a picture of each.
func (p *tab) sheets(name string) {
	p.T.Helper()
	for _, s := range [][2]string{
		{"list", ".button-list"}, {"link", ".button-url"}, {"call", ".button-call"}, {"menu", ".row.theirs .inspect"},
		{"phone", ".peer .round"}, {"attach", ".composer .attach"},
	} {
		p.Exec(`document.querySelector('` + s[1] + `').click()`)
		p.Until(`document.querySelector('.sheet') !== null`)
		over := browsertest.Eval[[]string](p, `[...document.querySelectorAll('.sheet *')].filter((el) => { const r = el.getBoundingClientRect(), s = el.closest('.sheet').getBoundingClientRect(); return r.right > s.right + .5 || r.left < s.left - .5; }).map((el) => el.tagName + '.' + el.className)`)
		if len(over) > 0 {
			p.T.Errorf("%s: the sheet of %s is too narrow for %v", name, s[0], over)
		}
		p.Picture(name + "-sheet-" + s[0])
		p.Keys("\x1b")
		p.Until(`document.querySelector('.sheet') === null`)
	}
}

// One of everything, on each client, in both colours, narrow and wide: nothing runs over the edge, and every
// button has a name.
func TestBrowserGallery(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.pair()
	w.furnish()
	for _, size := range [][2]int64{{1440, 900}, {360, 740}} {
		p := w.browse(size[0], size[1])
		for _, theme := range []string{"light", "dark"} {
			p.Do(chromedp.Click(chromedp.CSS(`#theme [data-theme="` + theme + `"]`)))
			for _, platform := range []string{"android", "ios", "web"} {
				p.Press(`.segments [data-platform="` + platform + `"]`)
				p.Until(`document.querySelector('.device').dataset.platform === '` + platform + `' && document.querySelectorAll('.row').length >= 17`)
				name := fmt.Sprintf("%d-%s-%s", size[0], theme, platform)
				p.Fits(name)
				p.Named(name)
				p.Readable(name, 4.1) // that of WhatsApp's own greys
				p.sheets(name)
				if browsertest.Pictures() == "" {
					continue
				}
				for page := range 40 {
					p.Exec(fmt.Sprintf(`(document.querySelector('.chat-view').scrollTop = %d * (document.querySelector('.chat-view').clientHeight - 40))`, page))
					p.Picture(fmt.Sprintf("%s-%02d", name, page))
					if browsertest.Eval[bool](p, `(() => { const v = document.querySelector('.chat-view'); return v.scrollTop + v.clientHeight >= v.scrollHeight - 2; })()`) {
						break
					}
				}
			}
		}
	}
}
