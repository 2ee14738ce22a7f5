package gateway

import (
	"time"

	"tapgate/internal/channel"
)

// dead reports whether the channel's session gets nowhere by itself, so that a new one is to be
// launched when somebody asks.
func dead(v *view, now time.Time) bool {
	over := v.state == channel.Banned && !v.until.IsZero() && now.After(v.until)
	return !v.live || over
}
