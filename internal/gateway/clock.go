package gateway

import "time"

// clock remembers a moment by both clocks: that of the wall, which somebody may set, and the time that
// has passed.
type clock struct {
	wall    time.Time
	elapsed time.Duration
}

// steady is the time of the wall as it would be if nobody had set the clock since the gateway was made.
// What has to happen after a while goes by it: a clock that leaps makes nothing expire and keeps
// nothing waiting. Over a restart only the wall is left.
func (g *Gateway) steady() time.Time { return g.wall.Add(g.Elapsed() - g.elapsed).UTC() }
