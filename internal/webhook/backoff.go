package webhook

import (
	"math/rand/v2"
	"time"

	"tapgate/internal/channel"
)

const (
	// lifetime is the age at which a delivery is given up after its next failure.
	lifetime = 3 * 24 * time.Hour
	// linear is how many pauses grow as the settings say, before the ladder begins.
	linear = 10
	// longestAsked is the longest pause that a receiver can ask for.
	longestAsked = 24 * time.Hour
	// longestWait is longer than any pause: what is due later than that was postponed by a clock that
	// went wrong.
	longestWait = 30 * time.Hour
)

// ladder returns the pause after the n-th failure beyond those that the settings speak of. Together
// they last about as long as a delivery does.
func ladder(n int) time.Duration {
	steps := [...]time.Duration{
		5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
		8 * time.Hour, 12 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	return steps[min(n, len(steps))-1]
}

// wait returns how long to wait after the n-th failure: at first the settings' delay n times, up to
// the settings' maximum, as the dialect has it; then by the ladder, a fifth more or less, so that what
// failed together does not come back together. It is never less than what the receiver asked for.
func wait(s channel.Settings, n int, asked time.Duration) time.Duration {
	usual := channel.DefaultSettings()
	step, limit := s.BackoffDelay, s.MaxBackoffDelay
	if step <= 0 {
		step = usual.BackoffDelay
	}
	if limit <= 0 {
		limit = usual.MaxBackoffDelay
	}
	pause := min(time.Duration(n)*step, limit)
	if n > linear {
		pause = max(pause, time.Duration(float64(ladder(n-linear))*(0.8+0.4*rand.Float64())))
	}
	return max(pause, min(asked, longestAsked))
}
