package message

import (
	"fmt"

	"tapgate/internal/fault"
)

// KindCarousel is the kind of a Carousel.
const KindCarousel Kind = "carousel"

// Carousel is a text above cards that are swiped sideways.
type Carousel struct {
	Body  string
	Cards []Card
}

// Card is one card of a carousel: an image or a video, a text, and buttons of its own.
type Card struct {
	// ID is the caller's name for it. It does not reach the wire.
	ID      string
	Media   Media
	Text    string
	Buttons Buttons
}

// Kind implements Content.
func (Carousel) Kind() Kind { return KindCarousel }

func (Carousel) content() {}

// Validate returns everything that is wrong with c. The ids of buttons are unique in each card; programs
// repeat them over cards, which is a warning.
func (c Carousel) Validate() []fault.Problem {
	var k checker
	k.optional("/body/text", c.Body, MaxBody)
	k.count("/cards", len(c.Cards), MaxCards)
	for i, card := range c.Cards {
		at := fmt.Sprintf("/cards/%d", i)
		k.required(at+"/id", card.ID, MaxID)
		k.media(at+"/media/media", card.Media, Image, Video)
		k.optional(at+"/text", card.Text, MaxBody)
		k.buttons(at+"/buttons", card.Buttons)
	}
	if one, ok := c.Single(); ok && one.Body == "" {
		k.Add("/cards/0/text", "must NOT have fewer than 1 characters: a single card is sent as a message with buttons, which needs a text")
	}
	return k.List()
}

// Single returns a carousel of one card as the message with buttons that it is sent as: apps draw
// carousels from two cards on. ok is false for others.
func (c Carousel) Single() (i Interactive, ok bool) {
	if len(c.Cards) != 1 {
		return Interactive{}, false
	}
	card := c.Cards[0]
	body := c.Body
	if body != "" && card.Text != "" {
		body += "\n\n"
	}
	return Interactive{Body: body + card.Text, Media: &card.Media, Action: card.Buttons}, true
}

// Slim returns c without what belongs to the original only: a message that cites another one does not
// carry its pictures again.
func Slim(c Content) Content {
	out, _ := EachMedia(c, func(_ string, m Media) (Media, error) {
		m.Thumbnail, m.Remote, m.Link = nil, nil, ""
		return m, nil
	})
	return out
}
