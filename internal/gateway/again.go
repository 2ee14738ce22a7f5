package gateway

import (
	"context"

	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Key is the name that a caller gives to a request, with the SHA-256 of what it asks for. A channel
// knows it for as long as the row of the message is kept, two weeks at least.
type Key = store.Key

// again answers a request that was made before under the same key: with the message that was
// accepted then, and what has become of it.
func (a *actor) again(ctx context.Context, d Draft, earlier store.Keyed) (message.Message, error) {
	if earlier.Request != d.Key.Request {
		return message.Message{}, &fault.Error{
			Kind: fault.Conflict, Code: "idempotency_key",
			Message: "The Idempotency-Key " + d.Key.Name + " was used for another request",
			Next:    "that one became message " + earlier.Message.String() + ": take a new key for each message",
		}
	}
	ear := a.line.listen(earlier.Message.Stanza) // before the message is read, so that nothing is missed
	defer a.line.leave(ear)
	m, err := a.message(ctx, earlier.Message)
	if err != nil {
		return message.Message{}, stored(err)
	}
	switch m.Status {
	case message.Pending:
		m, err = a.outcomeOf(ctx, m, ear.out, d.Typing)
		return a.shown(ctx, m), err
	case message.Failed:
		return a.shown(ctx, m), a.whyFailed(ctx, m)
	}
	if m.Edits.IsZero() {
		m.Status = message.Sent // what came after it, the first answer did not tell either
	}
	return a.shown(ctx, m), nil
}

// whyFailed returns the error that the first caller got.
func (a *actor) whyFailed(ctx context.Context, m message.Message) error {
	if r, ok := a.line.result(m.ID.Stanza); ok {
		return r.err
	}
	code, reason, err := a.Store.Failure(ctx, a.id, m.ID)
	if err != nil {
		return stored(err)
	}
	return failedBefore(code, reason).err
}
