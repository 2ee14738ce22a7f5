package channel

// Follows is the state machine of a channel: it reports whether a session's word that it is in state
// to counts while the channel is in state s. A new session begins in idle.
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
//
// What WhatsApp says leads to these states, with a sentence for the operator each time:
//
//	QR codes are shown, a code was asked for      pairing
//	the codes ran out, the pairing failed         idle
//	logged in                                     connected
//	connection lost, keepalive lost, stream error waiting     tried again at once, then ever slower
//	replaced by another program                   waiting     tried again after a minute
//	login refused for another reason              waiting     tried again after a minute
//	unlinked on the phone, logged out             unpaired    a person pairs it again
//	banned for a time                             banned      tried again when the ban is over
//	client outdated                               outdated    tapgate has to be updated
//
// In the dialect idle is INIT, connecting and waiting are LAUNCH, pairing and unpaired are QR,
// connected is AUTH, banned and outdated are ERROR.
func (s State) Follows(to State) bool {
	switch s {
	case Connected, Waiting:
		return to != Pairing
	case Unpaired:
		return to == Unpaired
	case Banned, Outdated:
		return to != Idle && to != Pairing && to != Waiting
	}
	return true
}
