package whapi

import (
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// DecodeCarousel reads the body of POST /messages/carousel. Any error is a fault.
func DecodeCarousel(b Body) (Send, error) {
	o, err := b.open(MaxUpload, "body", "cards")
	if err != nil {
		return Send{}, err
	}
	s := o.letter()
	if s.To.Server == id.Newsletter {
		o.in.refuse("/to", "is a newsletter, which takes no interactive messages")
	}
	c := message.Carousel{Body: o.caption("body")}
	for _, other := range []string{"header", "footer"} {
		if o.has(other) {
			o.in.fail("/"+other, "must NOT be there: a carousel has a body and cards")
		}
	}
	o.need("cards")
	for _, card := range o.objects("cards") {
		c.Cards = append(c.Cards, card.card())
	}
	s.Content = c
	return o.in.send(s)
}

// card reads a card. Programs are known to give it the parts of other messages, which would be left
// out silently.
func (o object) card() message.Card {
	if o.in.knows(o.path) {
		return message.Card{}
	}
	for _, wrong := range [][2]string{
		{"header", `is not read: the picture or video of a card is "media":{"media":"<URL, base64 or media id>"}`},
		{"body", `is not read: the text of a card is "text"`},
		{"footer", `is not read: a card has media, text and buttons`},
		{"action", `is not read: the buttons of a card stand in it as "buttons"`},
	} {
		if o.has(wrong[0]) {
			o.in.fail(o.at(wrong[0]), "%s", wrong[1])
		}
	}
	return message.Card{ID: o.needText("id"), Media: o.cardMedia(), Text: o.text("text"), Buttons: o.buttons()}
}

// cardMedia reads the file of a card, an object.
func (o object) cardMedia() message.Media {
	raw, ok := o.need("media")
	if ok && kindOf(raw) == "string" {
		o.in.fail(o.at("media"), `must be object: {"media":"<URL, base64 or media id>"}`)
		return message.Media{}
	}
	part, ok := o.part("media")
	if !ok {
		return message.Media{}
	}
	part.need("media")
	src := part.source("media")
	return message.Media{Source: &src, Caption: part.text("caption")}
}

type carouselJSON struct {
	// Text is the body once more: programs are known to look for it.
	Text  string       `json:"text,omitempty"`
	Body  *captionJSON `json:"body,omitempty"`
	Cards []cardJSON   `json:"cards"`
}

type cardJSON struct {
	ID      string       `json:"id,omitempty"`
	Media   mediaJSON    `json:"media"`
	Text    string       `json:"text,omitempty"`
	Buttons []buttonJSON `json:"buttons"`
}

// encodeCarousel tells a carousel as it was requested: ids are the caller's.
func encodeCarousel(c message.Carousel) *carouselJSON {
	out := &carouselJSON{Text: c.Body, Body: encodeCaption(c.Body), Cards: []cardJSON{}}
	for _, card := range c.Cards {
		out.Cards = append(out.Cards, cardJSON{
			ID: card.ID, Media: encodeMedia(card.Media), Text: card.Text, Buttons: encodeButtons(card.Buttons),
		})
	}
	return out
}

// quotedCarouselJSON is how a carousel is cited: like a message with buttons, titles are called text,
// and ids carry the prefix of the wire.
type quotedCarouselJSON struct {
	Body  string           `json:"body,omitempty"`
	Cards []quotedCardJSON `json:"cards"`
}

type quotedCardJSON struct {
	ID      string          `json:"id,omitempty"`
	Text    string          `json:"text,omitempty"`
	Buttons []hsmButtonJSON `json:"buttons"`
}

func encodeQuotedCarousel(c message.Carousel) quotedCarouselJSON {
	out := quotedCarouselJSON{Body: c.Body, Cards: []quotedCardJSON{}}
	for _, card := range c.Cards {
		out.Cards = append(out.Cards, quotedCardJSON{ID: card.ID, Text: card.Text, Buttons: encodeHSMButtons(card.Buttons)})
	}
	return out
}
