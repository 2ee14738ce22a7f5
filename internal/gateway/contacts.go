package gateway

import (
	"context"
	"errors"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// checkWait bounds the question who is on WhatsApp.
const checkWait = 30 * time.Second

// Check asks WhatsApp which numbers have an account. The answer holds those that do, each with the
// number under which WhatsApp knows it, which may be written otherwise. The error is of kind Unpaired,
// or Unavailable when the channel is not connected.
func (g *Gateway) Check(ctx context.Context, ch id.Channel, numbers []id.User) (map[id.User]id.User, error) {
	a, err := g.actor(ch)
	if err != nil {
		return nil, err
	}
	v := a.view.Load()
	if !v.channel.Paired() {
		return nil, fault.New(fault.Unpaired, "need channel authorization for check phones")
	}
	if len(numbers) == 0 {
		return map[id.User]id.User{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	err = backend.ErrOffline
	var found map[id.User]id.User
	if v.session != nil {
		found, err = v.session.Check(ctx, numbers)
	}
	switch {
	case errors.Is(err, backend.ErrOffline):
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "The channel is not connected", Next: v.reason, RetryAfter: 5 * time.Second}
	case err != nil:
		return nil, fault.Wrap(fault.Unavailable, err, "WhatsApp did not say which numbers it knows")
	}
	return found, nil
}
