package message

import (
	"fmt"
	"slices"
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

// EachMedia returns c with do applied to each of its media, such as bringing it into the media
// store. It stops at the first error. path is the JSON pointer of the media in a request's body.
func EachMedia(c Content, do func(path string, m Media) (Media, error)) (Content, error) {
	var err error
	switch c := c.(type) {
	case Media:
		c, err = do("/media", c)
		return c, err
	case Interactive:
		if c.Media == nil {
			return c, nil
		}
		m, err := do("/media", *c.Media)
		c.Media = &m
		return c, err
	case Carousel:
		c.Cards = slices.Clone(c.Cards)
		for i := range c.Cards {
			if c.Cards[i].Media, err = do(fmt.Sprintf("/cards/%d/media", i), c.Cards[i].Media); err != nil {
				return c, err
			}
		}
		return c, nil
	}
	return c, nil
}
