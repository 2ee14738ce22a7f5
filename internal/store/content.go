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
	Reply       *replyRow       `json:"reply,omitempty"`
	Unknown     *unknownRow     `json:"unknown,omitempty"`
}

type textRow struct {
	Body string `json:"body"`
}

type interactiveRow struct {
	Header string     `json:"header,omitempty"`
	Body   string     `json:"body,omitempty"`
	Footer string     `json:"footer,omitempty"`
	Action *actionRow `json:"action,omitempty"`
}

type replyRow struct {
	To          string `json:"to"`
	ID          string `json:"id"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

type unknownRow struct {
	What string `json:"what"`
}

// packContent is exhaustive by test: each type that message declares as content has a case.
func packContent(c message.Content) (*contentRow, error) {
	if c == nil {
		return nil, nil
	}
	row := &contentRow{Kind: string(c.Kind())}
	switch c := c.(type) {
	case message.Text:
		row.Text = &textRow{Body: c.Body}
	case message.Interactive:
		action, err := packAction(c.Action)
		if err != nil {
			return nil, err
		}
		row.Interactive = &interactiveRow{Header: c.Header, Body: c.Body, Footer: c.Footer, Action: action}
	case message.Reply:
		row.Reply = &replyRow{To: string(c.To), ID: c.ID, Title: c.Title, Description: c.Description}
	case message.Unknown:
		row.Unknown = &unknownRow{What: c.What}
	default:
		return nil, fmt.Errorf("content %T has no stored form", c)
	}
	return row, nil
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
		i := r.Interactive
		return message.Interactive{Header: i.Header, Body: i.Body, Footer: i.Footer, Action: action}
	case r.Reply != nil:
		p := r.Reply
		return message.Reply{To: message.ReplyKind(p.To), ID: p.ID, Title: p.Title, Description: p.Description}
	case r.Unknown != nil:
		return message.Unknown{What: r.Unknown.What}
	}
	return message.Unknown{What: r.Kind}
}
