package gateway

import (
	"context"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Message returns one message of a channel, sent or received. The error is of kind NotFound when
// there is none.
func (g *Gateway) Message(ctx context.Context, ch id.Channel, m id.Message) (message.Message, error) {
	a, err := g.actor(ch)
	if err != nil {
		return message.Message{}, err
	}
	found, err := a.message(ctx, m)
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "Specified message not found")
	}
	return found, stored(err)
}

// Messages lists messages of a channel, sent and received, and counts all that the query lets through.
func (g *Gateway) Messages(ctx context.Context, ch id.Channel, q store.Query) (list []message.Message, total int, err error) {
	a, err := g.actor(ch)
	if err != nil {
		return nil, 0, err
	}
	list, total, err = g.Store.List(ctx, ch, q)
	for i := range list {
		// what the database does not know yet; a row that was settled meanwhile is as good
		if r, ended := a.line.result(list[i].ID.Stanza); ended && list[i].Status == message.Pending {
			list[i].Status, list[i].At = r.Status, r.At
		}
	}
	return list, total, stored(err)
}

// message reads a message, with an end that the database may not know yet.
func (a *actor) message(ctx context.Context, m id.Message) (message.Message, error) {
	r, ended := a.line.result(m.Stanza) // asked first: what it does not know, the database knows
	found, err := a.Store.Message(ctx, a.id, m)
	if err == nil && ended && found.Status == message.Pending {
		found.Status, found.At = r.Status, r.At
	}
	return found, err
}
