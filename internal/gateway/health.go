package gateway

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Health is how a channel is.
type Health struct {
	Channel channel.Channel
	// StartedAt is when the gateway took the channel up, UTC; Uptime is how long ago that was.
	StartedAt time.Time
	Uptime    time.Duration
	State     channel.State
	// Fault is the code of the channel.Trouble that led to the state, Reason explains it to the operator;
	// "" when it needs no explanation.
	Fault, Reason string
	// Until is when a temporary ban ends; zero when there is none, or its end is not known.
	Until time.Time
	// Waiting is how many messages wait to be sent.
	Waiting int
	// Version is the program's own.
	Version string
}

// Health tells how a channel is.
func (g *Gateway) Health(_ context.Context, ch id.Channel) (Health, error) {
	a, err := g.actor(ch)
	if err != nil {
		return Health{}, err
	}
	v := a.view.Load()
	c := v.channel
	c.Settings = clone(c.Settings)
	w := v.explained()
	return Health{
		Channel: c, StartedAt: a.startedAt.UTC(), Uptime: g.Now().Sub(a.startedAt),
		State: v.state, Fault: w.fault, Reason: w.reason, Until: v.until, Waiting: a.line.length(), Version: g.Version,
	}, nil
}
