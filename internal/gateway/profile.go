package gateway

import (
	"context"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Profile returns how the number shows itself to others. The errors are those of Check.
func (g *Gateway) Profile(ctx context.Context, ch id.Channel) (p channel.Profile, err error) {
	err = g.question(ctx, ch, "WhatsApp did not tell the profile", func(ctx context.Context, s backend.Session, c channel.Channel) (err error) {
		p, err = s.Profile(ctx)
		p.Name = c.PushName
		return err
	})
	return p, err
}

// SetProfile changes the name and the about text; "" leaves one as it is. When an error comes the
// about text may be changed already; to repeat the call does no harm. The errors are those of Check.
func (g *Gateway) SetProfile(ctx context.Context, ch id.Channel, name, about string) error {
	return g.question(ctx, ch, "WhatsApp did not take the profile", func(ctx context.Context, s backend.Session, _ channel.Channel) error {
		if about != "" {
			if err := s.SetAbout(ctx, about); err != nil {
				return err
			}
		}
		if name != "" {
			return s.SetName(ctx, name)
		}
		return nil
	})
}
