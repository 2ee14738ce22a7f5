package store

import (
	"fmt"

	"tapgate/internal/message"
)

// contentRow is the stored form of message.Content: its kind and the one part that belongs to it.
type contentRow struct {
	Kind        string          `json:"kind"`
	Text        *textRow        `json:"text,omitempty"`
	Interactive *interactiveRow `json:"interactive,omitempty"`
	Carousel    *carouselRow    `json:"carousel,omitempty"`
	Media       *mediaRow       `json:"media,omitempty"`
	Reply       *replyRow       `json:"reply,omitempty"`
	Change      *changeRow      `json:"change,omitempty"`
	Unknown     *unknownRow     `json:"unknown,omitempty"`
}

type textRow struct {
	Body string `json:"body"`
}

type interactiveRow struct {
	Header string     `json:"header,omitempty"`
	Body   string     `json:"body,omitempty"`
	Footer string     `json:"footer,omitempty"`
	Media  *mediaRow  `json:"media,omitempty"`
	Action *actionRow `json:"action,omitempty"`
}

type replyRow struct {
	To          string `json:"to"`
	ID          string `json:"id"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Card        *int   `json:"card,omitempty"`
	Button      *int   `json:"button,omitempty"`
}

type unknownRow struct {
	What string `json:"what"`
}

// packContent is exhaustive by test: each type that message declares as content has a case.
func packContent(c message.Content) (row *contentRow, err error) {
	if c == nil {
		return nil, nil
	}
	row = &contentRow{Kind: string(c.Kind())}
	switch c := c.(type) {
	case message.Text:
		row.Text = &textRow{Body: c.Body}
	case message.Interactive:
		row.Interactive, err = packInteractive(c)
	case message.Carousel:
		row.Carousel, err = packCarousel(c)
	case message.Media:
		row.Media, err = packMedia(c)
	case message.Reply:
		row.Reply = &replyRow{
			To: string(c.To), ID: c.ID, Title: c.Title, Description: c.Description, Card: c.Card, Button: c.Button,
		}
	case message.Change:
		row.Change, err = packChange(c)
	case message.Unknown:
		row.Unknown = &unknownRow{What: c.What}
	default:
		err = fmt.Errorf("content %T has no stored form", c)
	}
	return row, err
}

func packInteractive(i message.Interactive) (row *interactiveRow, err error) {
	row = &interactiveRow{Header: i.Header, Body: i.Body, Footer: i.Footer}
	if i.Media != nil {
		if row.Media, err = packMedia(*i.Media); err != nil {
			return nil, err
		}
	}
	row.Action, err = packAction(i.Action)
	return row, err
}

// unpack is total: what it does not know becomes message.Unknown, named by its kind.
func (r *contentRow) unpack() message.Content {
	switch {
	case r == nil:
		return nil
	case r.Text != nil:
		return message.Text{Body: r.Text.Body}
	case r.Interactive != nil:
		action, ok := r.Interactive.Action.unpack()
		if !ok {
			return message.Unknown{What: r.Kind + "/" + r.Interactive.Action.Kind}
		}
		return r.Interactive.unpack(action)
	case r.Carousel != nil:
		return r.Carousel.unpack()
	case r.Media != nil:
		return r.Media.unpack()
	case r.Reply != nil:
		p := r.Reply
		return message.Reply{
			To: message.ReplyKind(p.To), ID: p.ID, Title: p.Title, Description: p.Description, Card: p.Card, Button: p.Button,
		}
	case r.Change != nil:
		return r.Change.unpack()
	case r.Unknown != nil:
		return message.Unknown{What: r.Unknown.What}
	}
	return message.Unknown{What: r.Kind}
}

func (r *interactiveRow) unpack(action message.Action) message.Interactive {
	i := message.Interactive{Header: r.Header, Body: r.Body, Footer: r.Footer, Action: action}
	if r.Media != nil {
		media := r.Media.unpack()
		i.Media = &media
	}
	return i
}
