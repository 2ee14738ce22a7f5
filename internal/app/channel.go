package app

import (
	"context"

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
		if c, token, err = e.gateway.AddChannel(ctx, gateway.NewChannel{Name: name, Token: wanted}); err != nil {
			return c, "", err
		}
		return c, token, recordDone(ctx, e.store, "channel.add", c.ID, "")
	}
	c = all[0]
	if wanted == "" {
		return c, "", nil
	}
	return c, wanted, e.allow(ctx, c.ID, wanted)
}

// adminToken makes an admin token when there is none, and returns it: it can't be read again. One that
// is wanted opens everything from now on, and is returned.
func (e *engine) adminToken(ctx context.Context, wanted string) (token string, fresh bool, err error) {
	all, err := e.gateway.Tokens(ctx, "")
	if err != nil {
		return "", false, err
	}
	if wanted != "" {
		return wanted, len(all) == 0, e.allow(ctx, "", wanted)
	}
	if len(all) > 0 {
		return "", false, nil
	}
	made, token, err := e.gateway.AddToken(ctx, "", gateway.NewToken{Name: "first"})
	if err != nil {
		return "", false, err
	}
	return token, true, recordDone(ctx, e.store, "token.add", "", made.ID)
}

// allow sees to it that the token opens the channel, or with "" everything.
func (e *engine) allow(ctx context.Context, ch id.Channel, token string) error {
	switch opens, err := e.gateway.Authenticate(ctx, token); {
	case err == nil && opens.Channel == ch:
		return nil
	case err == nil && opens.Channel == "":
		return fault.New(fault.Conflict, "this token is an admin token")
	case err == nil:
		return fault.New(fault.Conflict, "this token opens another channel, %s", opens.Channel)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	made, _, err := e.gateway.AddToken(ctx, ch, gateway.NewToken{Name: "given at the start", Token: token})
	if err != nil {
		return err
	}
	return recordDone(ctx, e.store, "token.add", ch, made.ID)
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
