package gateway

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// poison is a failure that comes again with the same bytes: a content that can't be stored or told, a
// mistake of ours that panics. Asking WhatsApp for it again would not help, and would cost the
// connection each time.
type poison struct{ cause error }

func (p poison) Error() string { return p.cause.Error() }

// poisoned makes a poison of a panic.
func (a *actor) poisoned(err *error) {
	if p := recover(); p != nil {
		a.log().Error("inbound panicked", "panic", p, "stack", string(debug.Stack()))
		*err = poison{fmt.Errorf("panic: %v", p)}
	}
}

// undigested takes what poisoned us, as far as it can be taken: a message is kept and told as one that
// can't be read, a status is kept. What can't even be told is kept untold; nothing is asked for again
// but for the database's sake.
func (a *actor) undigested(ctx context.Context, c channel.Channel, p event.Payload, cause error) error {
	name, _ := p.Name()
	log := a.log().With("type", name, "cause", cause)
	switch p := p.(type) {
	case event.MessageReceived:
		m := p.Message
		m.Content, m.Context = message.Unknown{What: "unreadable"}, nil
		log.Error("message can't be taken: it is kept as unreadable", "message", m.ID.String())
		err := a.receiveOne(ctx, c, event.MessageReceived{Message: m})
		if errors.As(err, &poison{}) {
			_, err = a.Store.Receive(ctx, a.id, m, store.Record{})
		}
		return err
	case event.StatusChanged:
		log.Error("status can't be told", "message", p.Message.String(), "status", p.Status)
		_, err := a.Store.Advance(ctx, a.id, p, store.Record{})
		return err
	}
	log.Error("event can't be told")
	return nil
}
