package gateway

import (
	"context"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// letter is a draft with the messages that it is about.
type letter struct {
	Draft
	quoted, edited *message.Message // nil for none
}

// letter looks up what a draft is about. A message that is cited or edited must stand in the chat that
// the draft goes to.
func (a *actor) letter(ctx context.Context, d Draft) (l letter, err error) {
	l.Draft = d
	var p fault.Problems
	if !d.Quote.IsZero() {
		if l.quoted, err = a.ofChat(ctx, &p, "/quoted", d.Quote, d.To); err != nil {
			return l, err
		}
	}
	if !d.Edit.IsZero() {
		if l.edited, err = a.ofChat(ctx, &p, "/edit", d.Edit, d.To); err != nil {
			return l, err
		}
		if l.edited != nil && (!l.edited.ID.FromMe || l.edited.Status == message.Failed || l.edited.Status == message.Deleted || !l.edited.Edits.IsZero()) {
			p.Add("/edit", "must name a message that this channel sent")
		}
	}
	return l, p.Err()
}

// ofChat reads a message that must stand in a chat, and records when it does not.
func (a *actor) ofChat(ctx context.Context, p *fault.Problems, path string, which id.Message, chat id.Chat) (*message.Message, error) {
	m, err := a.message(ctx, which)
	switch {
	case fault.Is(err, fault.NotFound):
		p.Add(path, "must name a message of this channel: specified message not found")
		return nil, nil
	case err != nil:
		return nil, stored(err)
	case m.ID.Chat != chat && m.ID.Chat.Server != id.Hidden && chat.Server != id.Hidden:
		p.Add(path, "must name a message of the same chat")
	}
	return &m, nil
}

// draft is the letter as a backend takes it.
func (l letter) draft() backend.Draft {
	d := backend.Draft{Chat: l.To, Content: l.Content, Recipe: l.Recipe}
	if l.quoted != nil {
		d.Quote = &backend.Quote{ID: l.quoted.ID, Author: l.quoted.From, Content: l.quoted.Content}
	}
	if l.edited != nil {
		d.Edit = l.edited.ID
	}
	return d
}

// context is what programs see of the message that the letter cites.
func (l letter) context() *message.Context {
	if l.quoted == nil {
		return nil
	}
	return &message.Context{QuotedID: l.quoted.ID, QuotedAuthor: l.quoted.From, Quoted: message.Slim(l.quoted.Content)}
}
