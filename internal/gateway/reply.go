package gateway

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/message"
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
	case message.Carousel:
		if len(q.Cards) == 0 {
			return original
		}
	case message.Interactive:
		if !tappable(q.Action) || q.Body == "" {
			return original
		}
		if o, ok := original.(message.Interactive); ok && o.Body == q.Body { // not of before or after an edit
			q.Header, q.Footer = cmp.Or(q.Header, o.Header), cmp.Or(q.Footer, o.Footer)
			q.Media = cmp.Or(q.Media, o.Media)
		}
		return q
	}
	return quote
}

// tappable reports whether there is anything that can be tapped.
func tappable(a message.Action) bool {
	switch a := a.(type) {
	case message.Buttons:
		return len(a) > 0
	case message.List:
		return len(a.Sections) > 0
	}
	return false
}

// completeReply gives a tap what the reader's app left out of it: the id, the words that stood on
// what was tapped, and where in a carousel that was.
func completeReply(r message.Reply, original message.Content) message.Reply {
	switch o := original.(type) {
	case message.Carousel:
		return completeCard(r, o.Cards)
	case message.Interactive:
		switch action := o.Action.(type) {
		case message.Buttons:
			r, _ = completeButton(r, action)
			r.Card, r.Button = nil, nil
		case message.List:
			r.To = message.ListReply
			return completeRow(r, action)
		}
	}
	return r
}

// completeCard looks on the card that the app named, or on all of them: ids are unique over the cards,
// titles and places need not be.
func completeCard(r message.Reply, cards []message.Card) message.Reply {
	var found []message.Reply
	for i, card := range cards {
		if r.Card != nil && *r.Card != i || r.Card == nil && r.ID == "" && r.Button != nil {
			continue
		}
		if done, ok := completeButton(r, card.Buttons); ok {
			done.Card = &i
			found = append(found, done)
		}
	}
	if len(found) != 1 {
		return r
	}
	return found[0]
}

// completeButton finds the quick reply that was tapped by its id; without one by its place, and
// without that by its title, if no other has the same.
func completeButton(r message.Reply, list message.Buttons) (done message.Reply, found bool) {
	at := slices.IndexFunc(list, func(b message.Button) bool {
		return b.Kind == message.QuickReply && b.ID == strings.TrimPrefix(r.ID, message.ButtonPrefix)
	})
	if r.ID == "" {
		if at = -1; r.Button != nil {
			at = *r.Button
		} else {
			at = only(list, func(b message.Button) bool { return b.Title == r.Title })
		}
	}
	if at < 0 || at >= len(list) || list[at].Kind != message.QuickReply {
		return r, false
	}
	r.ID, r.Title, r.Button = cmp.Or(r.ID, message.ButtonPrefix+list[at].ID), cmp.Or(r.Title, list[at].Title), &at
	return r, true
}

// completeRow finds the row that was picked by its id, and without one by its title, if no other has
// the same.
func completeRow(r message.Reply, list message.List) message.Reply {
	var rows []message.Row
	for _, s := range list.Sections {
		rows = append(rows, s.Rows...)
	}
	at := slices.IndexFunc(rows, func(row message.Row) bool { return row.ID == strings.TrimPrefix(r.ID, message.RowPrefix) })
	if r.ID == "" {
		at = only(rows, func(row message.Row) bool { return row.Title == r.Title })
	}
	if at < 0 {
		return r
	}
	r.ID = cmp.Or(r.ID, message.RowPrefix+rows[at].ID)
	r.Title, r.Description = cmp.Or(r.Title, rows[at].Title), cmp.Or(r.Description, rows[at].Description)
	return r
}

// only returns the place of the one element that fits; -1 when none does, or more than one.
func only[T any](list []T, fits func(T) bool) int {
	at := -1
	for i, v := range list {
		switch {
		case !fits(v):
		case at >= 0:
			return -1
		default:
			at = i
		}
	}
	return at
}
