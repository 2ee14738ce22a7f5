package gateway

import (
	"context"
	"errors"
	"fmt"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// receive makes durable what a session heard. It returns nil only when all of it is.
func (a *actor) receive(ctx context.Context, in []event.Payload) error {
	c := a.view.Load().channel
	for _, p := range in {
		name, _ := p.Name()
		err := a.receiveOne(ctx, c, p)
		if errors.As(err, &poison{}) {
			err = a.undigested(ctx, c, p, err)
		}
		if err != nil {
			a.log().Error("inbound not stored", "type", name, "error", err)
			return fmt.Errorf("store inbound %s: %w", name, err)
		}
	}
	return nil
}

// receiveOne makes one event durable. An error is of the database, or a poison.
func (a *actor) receiveOne(ctx context.Context, c channel.Channel, p event.Payload) (err error) {
	defer a.poisoned(&err)
	if r, ok := p.(event.MessageReceived); ok {
		if change, ok := r.Message.Content.(message.Change); ok {
			return a.receiveChange(ctx, c, r.Message, change)
		}
		a.changes.RLock()
		defer a.changes.RUnlock()
		if err := a.complete(ctx, &r.Message); err != nil {
			return err
		}
		if r.Message, err = a.overtaken(ctx, named(r.Message)); err != nil {
			return err
		}
		if a.fetchesFirst(c, r.Message) {
			return a.receiveLater(ctx, r.Message)
		}
		p = r
	}
	rec, err := a.plan(c, p)
	if err != nil {
		return poison{err}
	}
	news := true
	switch p := p.(type) {
	case event.MessageReceived:
		if news, err = a.Store.Receive(ctx, a.id, p.Message, rec); err != nil {
			err = unstorable(p.Message, err)
		}
	case event.StatusChanged:
		a.afterAck(ctx, p)
		news, err = a.Store.Advance(ctx, a.id, p, rec)
	default:
		err = a.Store.Tell(ctx, rec)
	}
	if err == nil && news {
		a.wakeFor(rec.Webhooks)
	}
	return err
}

// receiveLater makes a message durable, and that its file is fetched before it is told.
func (a *actor) receiveLater(ctx context.Context, m message.Message) error {
	_, err := a.Store.ReceiveLater(ctx, a.id, m)
	if err != nil {
		return unstorable(m, err)
	}
	a.expect()
	return nil
}

// unstorable tells a message that has no stored form from a database that fails.
func unstorable(m message.Message, err error) error {
	if _, bad := store.EncodeMessage(m); bad != nil {
		return poison{bad}
	}
	return err
}
