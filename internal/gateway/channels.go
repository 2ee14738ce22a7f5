package gateway

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// NewChannel says what channel to add.
type NewChannel struct {
	ID    id.Channel // "" makes one
	Name  string     // "" takes the id
	Token string     // "" makes one
}

// AddChannel adds a channel and returns it with its token, which can't be read again. The error is
// of kind Conflict when the id or the token is taken. It works before Start, too.
func (g *Gateway) AddChannel(ctx context.Context, n NewChannel) (c channel.Channel, token string, err error) {
	if n.ID == "" {
		n.ID = id.NewChannel()
	}
	if n.Name == "" {
		n.Name = string(n.ID)
	}
	if n.Token == "" {
		n.Token = id.NewToken()
	}
	var p fault.Problems
	if checkName(&p, n.Name); p.Err() != nil {
		return channel.Channel{}, "", p.Err()
	}
	c = channel.Channel{
		ID: n.ID, Name: n.Name, CreatedAt: g.Now().UTC().Truncate(time.Microsecond),
		Settings: channel.DefaultSettings(),
	}
	g.mu.Lock() // so that Start loads it or it finds Start done
	defer g.mu.Unlock()
	if g.phase == stopped {
		return channel.Channel{}, "", errNotRunning()
	}
	if err := g.Store.AddChannel(ctx, c, hash(n.Token)); err != nil {
		return channel.Channel{}, "", stored(err)
	}
	if g.phase == running {
		g.enlist(newActor(g, c, 0))
	}
	return c, n.Token, nil
}

// Channels returns all channels in the order of their creation.
func (g *Gateway) Channels(ctx context.Context) ([]channel.Channel, error) {
	list, err := g.Store.Channels(ctx)
	return list, stored(err)
}

// Overview tells how all channels are, in the order of their creation.
func (g *Gateway) Overview(ctx context.Context) ([]Health, error) {
	list, err := g.Channels(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Health, 0, len(list))
	for _, c := range list {
		h, err := g.Health(ctx, c.ID)
		switch {
		case err == nil:
			all = append(all, h)
		case !fault.Is(err, fault.NotFound): // removed meanwhile
			return nil, err
		}
	}
	return all, nil
}
