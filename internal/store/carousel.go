package store

import "tapgate/internal/message"

// carouselRow is the stored form of message.Carousel.
type carouselRow struct {
	Body  string    `json:"body,omitempty"`
	Cards []cardRow `json:"cards,omitempty"`
}

type cardRow struct {
	ID      string      `json:"id,omitempty"`
	Media   *mediaRow   `json:"media,omitempty"`
	Text    string      `json:"text,omitempty"`
	Buttons []buttonRow `json:"buttons,omitempty"`
}

func packCarousel(c message.Carousel) (*carouselRow, error) {
	row := &carouselRow{Body: c.Body}
	for _, card := range c.Cards {
		media, err := packMedia(card.Media)
		if err != nil {
			return nil, err
		}
		row.Cards = append(row.Cards, cardRow{ID: card.ID, Media: media, Text: card.Text, Buttons: packButtons(card.Buttons)})
	}
	return row, nil
}

func (r *carouselRow) unpack() message.Carousel {
	c := message.Carousel{Body: r.Body}
	for _, row := range r.Cards {
		card := message.Card{ID: row.ID, Text: row.Text, Buttons: unpackButtons(row.Buttons)}
		if row.Media != nil {
			card.Media = row.Media.unpack()
		}
		c.Cards = append(c.Cards, card)
	}
	return c
}
