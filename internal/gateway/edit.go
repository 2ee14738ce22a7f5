package gateway

import (
	"context"

	"tapgate/internal/event"
	"tapgate/internal/message"
)

// shown is a message as programs see it: for an edit the message that it edits, with the new content.
// What became of the edit is in its status, unless the message has come further.
func (a *actor) shown(ctx context.Context, m message.Message) message.Message {
	if m.Edits.IsZero() {
		return m
	}
	_, after, err := a.replaced(ctx, m)
	if err != nil {
		a.log().Error("edited message not read", "message", m.Edits.String(), "error", err)
		return m
	}
	if m.Status == message.Failed {
		after.Status = m.Status
	}
	return after
}

// replaced returns the message that an edit edits, as it was and as it will be.
func (a *actor) replaced(ctx context.Context, edit message.Message) (before, after message.Message, err error) {
	before, err = a.message(ctx, edit.Edits)
	after = before
	after.Content = edit.Content
	if edit.Context != nil {
		after.Context = edit.Context
	}
	return before, after, err
}

// changed returns the message that an edit has changed, as it is now, and what is told of that.
func (a *actor) changed(ctx context.Context, edit message.Message) (*message.Message, []event.Payload) {
	before, after, err := a.replaced(ctx, edit)
	if err != nil {
		a.log().Error("edited message not told", "message", edit.Edits.String(), "error", err)
		return nil, nil
	}
	return &after, []event.Payload{event.MessageEdited{Before: before, After: after}}
}
