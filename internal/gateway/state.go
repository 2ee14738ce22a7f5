package gateway

import (
	"time"

	"tapgate/internal/channel"
)

// follows is the state machine of a channel: it reports whether a session's word that it is in
// state to counts while the channel is in state from. A new session begins in idle.
//
//	from \ to   idle pairing connecting connected waiting unpaired banned outdated
//	idle         .      x        x          x        x        x       x       x
//	pairing      x      .        x          x        x        x       x       x
//	connecting   x      x        .          x        x        x       x       x
//	connected    x      -        x          .        x        x       x       x
//	waiting      x      -        x          x        .        x       x       x
//	unpaired     -      -        -          -        -        .       -       -
//	banned       -      -        x          x        -        x       .       x
//	outdated     -      -        x          x        -        x       x       .
//
//	x  happens, and is told
//	.  stays; is told when the reason is another
//	-  is ignored
//
// A dropped connection (idle, waiting) does not hide why it was dropped: a ban or an old version
// shows until the session gets further. An ended pairing shows until a new session is launched.
func follows(from, to channel.State) bool {
	switch from {
	case channel.Connected, channel.Waiting:
		return to != channel.Pairing
	case channel.Unpaired:
		return to == channel.Unpaired
	case channel.Banned, channel.Outdated:
		return to != channel.Idle && to != channel.Pairing && to != channel.Waiting
	}
	return true
}

// dead reports whether the channel's session gets nowhere by itself, so that a new one is to be
// launched when somebody asks.
func dead(v *view, now time.Time) bool {
	over := v.state == channel.Banned && !v.until.IsZero() && now.After(v.until)
	return !v.live || over
}
