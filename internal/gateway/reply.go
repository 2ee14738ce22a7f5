package gateway

import (
	"context"
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/message"
)

// The prefixes that ids of buttons and rows carry on the wire, and in what comes back.
const (
	buttonPrefix = "ButtonsV3:"
	rowPrefix    = "ListV3:"
)

// complete fills in what the sender's app left out of a quote or of a tap, from the message that
// we stored. The error is one of the database: without it a quote stays as it came.
func (a *actor) complete(ctx context.Context, m *message.Message) error {
	if m.Context == nil || m.Context.QuotedID.IsZero() {
		return nil
	}
	original, ok, err := a.quoted(ctx, m.Context)
	if err != nil || !ok {
		return err
	}
	cites := *m.Context
	cites.QuotedID = original.ID
	if cites.QuotedAuthor == "" {
		cites.QuotedAuthor = original.From
	}
	cites.Quoted = message.Slim(completeQuote(cites.Quoted, original.Content))
	m.Context = &cites
	if r, ok := m.Content.(message.Reply); ok {
		m.Content = completeReply(r, original.Content)
	}
	return nil
}

// quoted finds the message that is cited. An app may name the author or the chat by a hidden
// number that could not be resolved; then the stanza id, which we chose, still tells which of our
// messages is meant.
func (a *actor) quoted(ctx context.Context, c *message.Context) (m message.Message, ok bool, err error) {
	m, err = a.Store.Message(ctx, a.id, c.QuotedID)
	if fault.Is(err, fault.NotFound) && c.QuotedID.Stanza != "" {
		o, errSent := a.Store.Sent(ctx, a.id, c.QuotedID.Stanza)
		if errSent != nil {
			err = errSent
		} else {
			m, err = a.Store.Message(ctx, a.id, o.Message)
		}
	}
	if fault.Is(err, fault.NotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

// completeQuote returns the quote, or the original where the quote lacks what makes it up.
// WhatsApp Web repeats only the body, as a text: that is complete, and says where the tap was made.
func completeQuote(quote, original message.Content) message.Content {
	switch q := quote.(type) {
	case nil, message.Unknown:
		return original
	case message.Text:
		if o, ok := original.(message.Interactive); ok && q.Body == "" {
			return message.Text{Body: o.Body}
		}
	case message.Interactive:
		if l, ok := q.Action.(message.List); q.Action == nil || q.Body == "" || ok && len(l.Sections) == 0 {
			return original
		}
	}
	return quote
}

// completeReply gives a tap the words that stood on what was tapped.
func completeReply(r message.Reply, original message.Content) message.Reply {
	if c, ok := original.(message.Carousel); ok {
		for _, card := range c.Cards {
			r = fillButton(r, card.Buttons)
		}
		return r
	}
	o, ok := original.(message.Interactive)
	if !ok {
		return r
	}
	switch action := o.Action.(type) {
	case message.Buttons:
		return fillButton(r, action)
	case message.List:
		for _, s := range action.Sections {
			for _, row := range s.Rows {
				if row.ID == strings.TrimPrefix(r.ID, rowPrefix) {
					return fillRow(r, row)
				}
			}
		}
	}
	return r
}

func fillButton(r message.Reply, list message.Buttons) message.Reply {
	for _, b := range list {
		if b.Kind == message.QuickReply && b.ID == strings.TrimPrefix(r.ID, buttonPrefix) && r.Title == "" {
			r.Title = b.Title
		}
	}
	return r
}

func fillRow(r message.Reply, row message.Row) message.Reply {
	if r.Title == "" {
		r.Title = row.Title
	}
	if r.Description == "" {
		r.Description = row.Description
	}
	return r
}
