package gateway

import (
	"context"
	"maps"
	"slices"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Settings returns the settings of a channel. The caller may change what it gets.
func (g *Gateway) Settings(_ context.Context, ch id.Channel) (channel.Settings, error) {
	a, err := g.actor(ch)
	if err != nil {
		return channel.Settings{}, err
	}
	return clone(a.view.Load().channel.Settings), nil
}

// UpdateSettings changes the settings of a channel: change gets the present ones and returns those
// that shall be. Nothing comes in between. An error of change is returned and changes nothing.
func (g *Gateway) UpdateSettings(ctx context.Context, ch id.Channel, change func(channel.Settings) (channel.Settings, error)) (before, after channel.Settings, err error) {
	a, err := g.actor(ch)
	if err != nil {
		return before, after, err
	}
	err = a.change(func(v *view) error {
		before = clone(v.channel.Settings)
		if after, err = change(clone(v.channel.Settings)); err != nil {
			return err
		}
		if err := a.Store.SetSettings(ctx, ch, after); err != nil {
			return stored(err)
		}
		v.channel.Settings = clone(after)
		return nil
	})
	if err != nil {
		return channel.Settings{}, channel.Settings{}, err
	}
	a.Planner.Wake(ch)
	if (before.Proxy != after.Proxy || before.Offline != after.Offline || before.AutoRead != after.AutoRead) && a.view.Load().session != nil {
		a.connect() // the session has to be another one for it
	}
	return before, after, nil
}

func clone(s channel.Settings) channel.Settings {
	s.Extra, s.AutoDownload = maps.Clone(s.Extra), slices.Clone(s.AutoDownload)
	s.Webhooks = slices.Clone(s.Webhooks)
	for i, w := range s.Webhooks {
		s.Webhooks[i].Events = slices.Clone(w.Events)
		s.Webhooks[i].Headers = maps.Clone(w.Headers)
		s.Webhooks[i].Extra = maps.Clone(w.Extra)
	}
	return s
}
