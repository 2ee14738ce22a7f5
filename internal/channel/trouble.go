package channel

import "fmt"

// Trouble is why a channel is not connected. Programs know it by its code, which stays the same in all
// versions; people read the rest.
type Trouble struct {
	Code string
	// State is where it leads. A channel that is not paired stays unpaired: it ends in Idle in place of
	// Waiting.
	State State
	// Cause and Next are sentences: what has happened, and what to do about it.
	Cause, Next string
}

// Reason is cause and next step in one text.
func (t Trouble) Reason() string { return t.Cause + " " + t.Next }

// The codes of troubles that are no answer of WhatsApp to a login. Those are "login_" and the code of the
// answer; a temporary ban has a second one.
const (
	Lost         = "connection_lost"
	Silent       = "keepalive_lost"
	StreamError  = "stream_error"
	Replaced     = "replaced"
	Unreachable  = "unreachable"
	ProxyTrouble = "proxy_unreachable"
	KeysGone     = "keys_gone"
	NotStarted   = "not_started"
	NoToken      = "login_413"
	Passkey      = "passkey"
	PhoneTooOld  = "phone_too_old"
	CodesRanOut  = "codes_ran_out"
	PairingCut   = "pairing_cut"
	PairingError = "pairing_failed"
)

const (
	byItself  = "It is tried again by itself."
	minute    = "It is tried again after a minute."
	pairAgain = "Pair the channel again."
	afterBan  = "Wait until the ban is over; it is tried again then."
	banned    = "WhatsApp has banned this number for a time"
)

// Troubles is the table of all that have a name. docs/errors.md shows it to people.
func Troubles() []Trouble {
	return []Trouble{
		{"login_401", Unpaired, "The phone has unlinked this channel.", pairAgain},
		{"login_402", Banned, banned + ".", afterBan},
		{"login_402_101", Banned, banned + ": it wrote to too many people who do not have it in their address books.", afterBan},
		{"login_402_102", Banned, banned + ": too many people have blocked it.", afterBan},
		{"login_402_103", Banned, banned + ": it created too many groups with people who do not have it in their address books.", afterBan},
		{"login_402_104", Banned, banned + ": it sent the same message to too many people.", afterBan},
		{"login_402_106", Banned, banned + ": it sent too much to a broadcast list.", afterBan},
		{"login_403", Unpaired, "WhatsApp has locked the account, or its phone was logged out.", "Look at the phone, then pair the channel again."},
		{"login_405", Outdated, "WhatsApp refuses this version of the client.", "Update tapgate."},
		{"login_406", Unpaired, "WhatsApp has banned the account.", "Look at the phone; the channel can be paired again when the ban is lifted."},
		{"login_409", Waiting, "WhatsApp does not accept what the client says it is.", minute + " Update tapgate if it stays."},
		{NoToken, Waiting, "WhatsApp asks for a token that linked devices of this kind don't have (code 413 or 414).", minute + " Report it if it stays."},

		{Lost, Waiting, "The connection to WhatsApp was lost.", byItself},
		{Silent, Waiting, "WhatsApp does not answer.", "The connection is renewed if this goes on."},
		{StreamError, Waiting, "WhatsApp ended the connection with an error.", byItself},
		{Replaced, Waiting, "Another program has connected with the keys of this session and took its place.", "Stop it. " + minute},
		{Unreachable, Waiting, "WhatsApp could not be reached.", byItself + " If it stays, tapgate doctor looks what is in the way."},
		{ProxyTrouble, Waiting, "WhatsApp could not be reached through the proxy of this channel.", byItself + " See that the proxy runs and that address, user and password in the setting proxy are right."},
		{KeysGone, Unpaired, "The keys of this session are gone.", pairAgain},
		{NotStarted, Idle, "The session could not be started.", byItself + " The log says more."},

		{Passkey, Idle, "WhatsApp asks for a passkey of this account, which only a browser or a phone can give.", "On the phone remove the passkey under Settings, Account, Passkeys; then pair the channel again."},
		{PhoneTooOld, Pairing, "The phone that scanned the code does not support linked devices.", "Update WhatsApp on it and scan again."},
		{CodesRanOut, Idle, "The QR codes ran out before one was scanned.", "Ask for a new one."},
		{PairingCut, Idle, "The connection was closed before the channel was paired.", "Ask for a new code."},
		{PairingError, Idle, "The pairing failed.", "Try it again."},
	}
}

// TroubleOf returns the trouble with a code. One that the table does not have is a refused login.
func TroubleOf(code string) Trouble {
	for _, t := range Troubles() {
		if t.Code == code {
			return t
		}
	}
	return Trouble{code, Waiting, fmt.Sprintf("WhatsApp refused the login (%s).", code), minute + " Report it if it stays."}
}

// LoginRefused returns the trouble that an answer of WhatsApp to a login stands for.
func LoginRefused(code int) Trouble {
	t := TroubleOf(fmt.Sprintf("login_%d", code))
	if code == 414 {
		t = TroubleOf(NoToken)
	}
	return t
}

// LoggedOut is LoginRefused for an answer that has ended the pairing, whatever its code.
func LoggedOut(code int) Trouble { return Ended(fmt.Sprintf("login_%d", code)) }

// Ended returns the trouble with a code that has ended a pairing.
func Ended(code string) Trouble {
	t := TroubleOf(code)
	if t.State != Unpaired {
		t.State, t.Cause, t.Next = Unpaired, fmt.Sprintf("WhatsApp ended the pairing (%s).", code), pairAgain
	}
	return t
}

// TemporaryBan returns the trouble of a ban, by the code that says what it is for.
func TemporaryBan(why int) Trouble {
	t := TroubleOf(fmt.Sprintf("login_402_%d", why))
	if t.State != Banned {
		t = TroubleOf("login_402")
	}
	return t
}
