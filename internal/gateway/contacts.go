package gateway

import (
	"context"
	"errors"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// questionWait bounds a question to WhatsApp.
const questionWait = 30 * time.Second

// Check asks WhatsApp which numbers have an account. The answer holds those that do, each with the
// number under which WhatsApp knows it, which may be written otherwise. No numbers need no question. The
// error is of kind Unpaired, or Unavailable when the channel is not connected.
func (g *Gateway) Check(ctx context.Context, ch id.Channel, numbers []id.User) (map[id.User]id.User, error) {
	found := map[id.User]id.User{}
	if len(numbers) == 0 {
		_, err := g.actor(ch)
		return found, err
	}
	err := g.question(ctx, ch, "WhatsApp did not say which numbers it knows", func(ctx context.Context, s backend.Session, _ channel.Channel) (err error) {
		found, err = s.Check(ctx, numbers)
		return err
	})
	return found, err
}

// question asks WhatsApp something over the session of a channel. failed says what an error means that
// is no fault.
func (g *Gateway) question(ctx context.Context, ch id.Channel, failed string, ask func(context.Context, backend.Session, channel.Channel) error) error {
	a, err := g.actor(ch)
	if err != nil {
		return err
	}
	v := a.view.Load()
	if !v.channel.Paired() {
		return unpaired(v, "Need channel authorization")
	}
	ctx, cancel := context.WithTimeout(ctx, questionWait)
	defer cancel()
	err = backend.ErrOffline
	if v.session != nil {
		err = ask(ctx, v.session, v.channel)
	}
	switch {
	case errors.Is(err, backend.ErrOffline):
		return &fault.Error{Kind: fault.Unavailable, Code: v.why.fault, Message: "The channel is not connected", Next: v.why.reason, RetryAfter: 5 * time.Second}
	case err != nil:
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return err
		}
		return fault.Wrap(fault.Unavailable, err, "%s", failed)
	}
	return nil
}
