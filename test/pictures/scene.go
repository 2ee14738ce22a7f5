package main

import (
	"context"
	"fmt"

	"github.com/chromedp/chromedp"
)

// scene is one picture.
type scene struct {
	name          string
	page          string // its path
	width, height int64
	scale         float64 // pixels of the picture for each of the page
	// of is the selector of what is shown; "" is the whole page.
	of   string
	play func(ctx context.Context, s *sandbox) error
}

type object = map[string]any

func scenes() []scene {
	return []scene{
		{"sandbox", "/phone", 1280, 800, 1, "", buttons},
		{"phone-list", "/phone", 1280, 960, 2, ".device", list},
		{"phone-carousel", "/phone", 1280, 960, 2, ".device", carousel},
		{"phone-buttons", "/phone", 1280, 960, 2, ".device", media},
		{"console", "/console", 1280, 860, 1, "", timeline},
	}
}

func said(words string) object { return object{"text": words} }

// buttons sends two quick replies, and presses the first.
func buttons(ctx context.Context, s *sandbox) error {
	sent, err := s.post(ctx, "/messages/interactive", object{
		"to": customer, "type": "button", "header": said("Your order"),
		"body": said("Two loaves and a cheese. Shall we deliver *today*?"), "footer": said("tapgate"),
		"action": object{"buttons": []object{
			{"type": "quick_reply", "title": "Yes, please", "id": "yes"}, {"type": "quick_reply", "title": "Tomorrow", "id": "later"},
		}},
	})
	if err != nil {
		return err
	}
	if err := until(ctx, `[...document.querySelectorAll('.bubble .header')].at(-1)?.textContent === 'Your order'`); err != nil {
		return err
	}
	if _, err := s.post(ctx, "/sandbox/customers/"+customer+"/tap", object{"message_id": sent, "button": 0}); err != nil {
		return err
	}
	if err := until(ctx, `[...document.querySelectorAll('.row.mine .body')].at(-1)?.textContent === 'Yes, please'`); err != nil {
		return err
	}
	return until(ctx, `[...document.querySelectorAll('.request')].some((el) => el.textContent.includes('ButtonsV3:yes'))`)
}

// media sends buttons below a picture, and links, a call and a code below a text.
func media(ctx context.Context, s *sandbox) error {
	for _, m := range []object{
		{"body": said("Fresh from the oven: *rye*, _spelt_ and wheat."), "footer": said("until 6 pm"), "media": s.API + "/sandbox/samples/image.jpg",
			"action": object{"buttons": []object{
				{"type": "quick_reply", "title": "Keep one for me", "id": "keep"}, {"type": "quick_reply", "title": "Not today", "id": "no"},
			}}},
		{"body": said("Or come by."), "action": object{"buttons": []object{
			{"type": "url", "title": "Find us", "id": "map", "url": "https://example.com/map"},
			{"type": "call", "title": "Call the shop", "id": "call", "phone_number": "919984351847"},
			{"type": "copy", "title": "Copy the voucher", "id": "code", "copy_code": "RYE-10"},
		}}},
	} {
		m["to"], m["type"] = customer, "button"
		if _, err := s.post(ctx, "/messages/interactive", m); err != nil {
			return err
		}
	}
	return until(ctx, `[...document.querySelectorAll('.button-title')].at(-1)?.textContent === 'Copy the voucher' && document.querySelector('.row:last-of-type') !== null`)
}

// list sends a list, opens it and marks a row.
func list(ctx context.Context, s *sandbox) error {
	if _, err := s.post(ctx, "/messages/interactive", object{
		"to": customer, "type": "list", "header": said("Lunch"), "body": said("What may we bring you?"), "footer": said("tapgate"),
		"action": object{"list": object{"label": "Open the menu", "sections": []object{
			{"title": "Soup", "rows": []object{
				{"id": "s1", "title": "Lentil", "description": "with lemon and cumin"}, {"id": "s2", "title": "Tomato", "description": "with basil"},
			}},
			{"title": "Sandwiches", "rows": []object{
				{"id": "w1", "title": "Cheese", "description": "Comté, mustard, pickles"}, {"id": "w2", "title": "Falafel", "description": "tahini, salad, mint"},
			}},
		}}},
	}); err != nil {
		return err
	}
	if err := until(ctx, `document.querySelector('.button-list') !== null`); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".button-list")), chromedp.Click(chromedp.CSS(`.list-section:nth-of-type(2) .list-row:nth-of-type(2)`)))
}

// carousel sends three cards.
func carousel(ctx context.Context, s *sandbox) error {
	var cards []object
	for i, c := range []struct{ text, file string }{
		{"*Rye*, 1 kg\nbaked this morning", "image.jpg"}, {"*Spelt*, 750 g\nsee how it is made", "video.mp4"}, {"*Wheat*, 500 g", "image.jpg"},
	} {
		cards = append(cards, object{"id": fmt.Sprint("card", i), "media": object{"media": s.API + "/sandbox/samples/" + c.file}, "text": c.text, "buttons": []object{
			{"type": "quick_reply", "title": "Order", "id": fmt.Sprint("order", i)},
			{"type": "url", "title": "More", "id": fmt.Sprint("more", i), "url": "https://example.com/bread"},
		}})
	}
	if _, err := s.post(ctx, "/messages/carousel", object{"to": customer, "body": said("Our bread of the week"), "cards": cards}); err != nil {
		return err
	}
	return until(ctx, `document.querySelectorAll('.card').length === 3`)
}

// timeline opens in the console what became of two quick replies, one of which was pressed.
func timeline(ctx context.Context, s *sandbox) error {
	sent, err := s.post(ctx, "/messages/interactive", object{
		"to": customer, "type": "button", "header": said("Your order"), "body": said("Shall we deliver today?"),
		"action": object{"buttons": []object{
			{"type": "quick_reply", "title": "Yes, please", "id": "yes"}, {"type": "quick_reply", "title": "Tomorrow", "id": "later"},
		}},
	})
	if err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("void (location.hash = '#/c/%s/messages/%s')", s.Channel, sent))); err != nil {
		return err
	}
	if err := until(ctx, `document.querySelector('.step[data-step="delivered"]') !== null`); err != nil {
		return err
	}
	phone := "/sandbox/customers/" + customer
	if _, err := s.post(ctx, phone+"/read", object{"ids": []string{sent}}); err != nil {
		return err
	}
	if _, err := s.post(ctx, phone+"/tap", object{"message_id": sent, "button": 0}); err != nil {
		return err
	}
	return until(ctx, `document.querySelector('.step[data-step="tapped"]') !== null && document.querySelector('.step[data-step="read"]') !== null && [...document.querySelectorAll('.step-name')].some((el) => el.textContent.startsWith('messages.post'))`)
}
