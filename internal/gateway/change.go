package gateway

import (
	"context"
	"slices"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// receiveChange makes durable what somebody did to an earlier message, and what became of that one. A
// change of a message that is still to come waits for it: see overtaken.
func (a *actor) receiveChange(ctx context.Context, c channel.Channel, m message.Message, change message.Change) error {
	a.changes.Lock()
	defer a.changes.Unlock()
	rec, err := a.plan(c, event.MessageReceived{Message: m})
	if err != nil {
		return poison{err}
	}
	altered, err := a.altered(ctx, c, m, change)
	if err != nil {
		return err
	}
	news, err := a.Store.ReceiveChange(ctx, a.id, m, rec, altered)
	if err != nil {
		return unstorable(m, err)
	}
	if news {
		a.wakeFor(rec.Webhooks)
		a.wakeFor(altered.Tell.Webhooks)
	}
	return nil
}

// altered returns what the change m makes of its target. Reactions leave it as it is, and so does an
// edit of which the new content is not known, or of a message that is not known, that was deleted, or
// that was edited again since.
func (a *actor) altered(ctx context.Context, c channel.Channel, m message.Message, change message.Change) (out store.Altered, err error) {
	if change.Did == message.Reaction {
		return out, nil
	}
	before, err := a.message(ctx, change.Target)
	known := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) || known && before.Status == message.Deleted {
		return out, err
	}
	var told event.Payload = event.MessageDeleted{Message: change.Target}
	after := before
	switch {
	case change.Did == message.Revoked:
		after.Status = message.Deleted
	case !known || change.Content == nil:
		return out, nil
	default:
		list, err := a.Store.Changes(ctx, a.id, change.Target)
		if err != nil {
			return out, err
		}
		if last, ok := lastEdit(list); ok && last.At.After(m.At) {
			return out, nil
		}
		after.Content = change.Of(before.Content)
		told = event.MessageEdited{Before: before, After: after, Trigger: &m}
	}
	if known {
		out.Message = after
	}
	if out.Tell, err = a.plan(c, told); err != nil {
		return out, poison{err}
	}
	return out, nil
}

// overtaken returns a message that came in as it is after the changes that were faster than it.
func (a *actor) overtaken(ctx context.Context, m message.Message) (message.Message, error) {
	list, err := a.Store.Changes(ctx, a.id, m.ID)
	if err != nil || len(list) == 0 {
		return m, err
	}
	if last, ok := lastEdit(list); ok {
		m.Content = last.Content.(message.Change).Of(m.Content)
	}
	if slices.ContainsFunc(list, func(x message.Message) bool { return did(x, message.Revoked) }) {
		m.Status = message.Deleted
	}
	return m, nil
}

// lastEdit returns the edit that counts. Of those of one second it is the one that came last.
func lastEdit(list []message.Message) (last message.Message, ok bool) {
	for _, m := range list {
		if did(m, message.Edited) && !m.At.Before(last.At) {
			last, ok = m, true
		}
	}
	return last, ok
}

func did(m message.Message, what message.ChangeKind) bool {
	c, ok := m.Content.(message.Change)
	return ok && c.Did == what
}
