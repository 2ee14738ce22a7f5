package channel

// State is where a channel's session stands.
type State string

// The states.
const (
	Idle       State = "idle"       // not started
	Pairing    State = "pairing"    // shows a QR code or waits for a pairing code
	Connecting State = "connecting" // paired, on the way up
	Connected  State = "connected"  // messages flow
	Waiting    State = "waiting"    // paired, disconnected, tries again by itself
	Unpaired   State = "unpaired"   // WhatsApp ended the pairing
	Banned     State = "banned"     // WhatsApp refuses the number, for a time or for good
	Outdated   State = "outdated"   // WhatsApp refuses this client version
)

// Terminal reports whether only a person can end the state.
func (s State) Terminal() bool { return s == Unpaired || s == Banned || s == Outdated }

// States are all states.
func States() []State {
	return []State{Idle, Pairing, Connecting, Connected, Waiting, Unpaired, Banned, Outdated}
}
