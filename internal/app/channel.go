package app

import (
	"context"
	"crypto/sha256"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
)

// firstChannel returns the first channel, and makes it when there is none. Token is what the new
// channel got; of an old one it is wanted, which then opens it, or "" when nothing is wanted.
func (e *engine) firstChannel(ctx context.Context, name, wanted string) (c channel.Channel, token string, err error) {
	all, err := e.gateway.Channels(ctx)
	if err != nil {
		return c, "", err
	}
	if len(all) == 0 {
		return e.gateway.AddChannel(ctx, gateway.NewChannel{Name: name, Token: wanted})
	}
	c = all[0]
	if wanted == "" {
		return c, "", nil
	}
	return c, wanted, e.allow(ctx, c.ID, wanted)
}

// allow sees to it that the token opens the channel.
func (e *engine) allow(ctx context.Context, ch id.Channel, token string) error {
	switch opens, err := e.gateway.Authenticate(ctx, token); {
	case err == nil && opens == ch:
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "this token opens another channel, %s", opens)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return e.store.AddToken(ctx, ch, sha256.Sum256([]byte(token)))
}

// listen gives the channel a webhook that hears of everything, unless the channel has webhooks.
// A webhook that was such a one in an earlier life gets the URL in place of its own.
func (e *engine) listen(ctx context.Context, ch id.Channel, url string, earlier func(channel.Webhook) bool) error {
	_, _, err := e.gateway.UpdateSettings(ctx, ch, func(s channel.Settings) (channel.Settings, error) {
		for i, w := range s.Webhooks {
			if earlier(w) {
				s.Webhooks[i].URL = url
			}
		}
		if len(s.Webhooks) == 0 {
			s.Webhooks = []channel.Webhook{{URL: url, Mode: channel.ModeBody}}
		}
		return s, nil
	})
	return err
}
