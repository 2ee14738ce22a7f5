package gateway

import (
	"context"
	"crypto/sha256"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
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

// Authenticate returns the channel that a token opens. An unknown token is a fault of kind NotFound,
// "Channel not found": the dialect knows no other. Tokens are looked up by their SHA-256, so how
// long it takes says nothing about how near a guess came.
func (g *Gateway) Authenticate(ctx context.Context, token string) (id.Channel, error) {
	ch, err := g.Store.ChannelByToken(ctx, hash(token))
	if fault.Is(err, fault.NotFound) {
		return "", errNoChannel()
	}
	return ch, stored(err)
}

func hash(token string) store.TokenHash { return sha256.Sum256([]byte(token)) }
