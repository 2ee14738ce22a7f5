// Package backend is the contract between the gateway and a client of the WhatsApp network.
//
// The gateway decides what is sent and remembers it; a backend knows how it looks on the wire.
// A message crosses twice: Prepare turns it into bytes that the gateway stores, and Send hands
// stored bytes to the network, as often as it takes, always under the same id. In between, Complete
// brings the files to the network that the message refers to.
package backend

import (
	"context"
	"io"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Backend opens sessions. It is safe for concurrent use.
type Backend interface {
	// Open returns the session of a channel. It does no network I/O and starts nothing. A Device
	// that the backend does not know any more is an error of kind fault.Unpaired.
	Open(ctx context.Context, o SessionOptions) (Session, error)
	// Close ends what the backend itself holds. All sessions must be closed before.
	Close() error
}

// SessionOptions says whose session to open.
type SessionOptions struct {
	Channel id.Channel
	// Device is what Sink.Paired reported; "" opens an unpaired session.
	Device string
	// Proxy is the URL of a SOCKS5 proxy to reach WhatsApp through; "" for none.
	Proxy string
	// Offline keeps the number from being shown as online.
	Offline bool
	// AutoRead marks messages of others as read when the sink has taken them.
	AutoRead bool
	Sink     Sink
	Ledger   Ledger
}

// Session is the connection of one channel. Its methods are safe for concurrent use.
type Session interface {
	// Connect starts connecting and returns; progress arrives at Sink.State. A paired session
	// reconnects by itself until Close. An unpaired one shows QR codes at Sink.QR until it is
	// paired or the codes run out, which is reported as state channel.Idle.
	Connect(ctx context.Context) error
	// PairCode asks for a pairing code for the number; Connect must have been called and a QR code
	// must have been shown. The code has 8 characters and a hyphen in the middle.
	PairCode(ctx context.Context, number id.User) (string, error)
	// Unpair logs out at WhatsApp, if it can be reached, and forgets the session's keys.
	Unpair(ctx context.Context) error
	// Prepare turns a draft into what the outbox stores. It does no network I/O, works while
	// disconnected, and fails only with a fault of kind Invalid or Unsupported.
	Prepare(ctx context.Context, d Draft) (Envelope, error)
	// Complete uploads the files that the envelope refers to and that are not uploaded yet, and
	// returns the envelope that refers to the uploads; the same one when there is nothing to upload.
	// The result has to be stored before Send. The stanza id stays. The error is ErrOffline, a fault
	// (such as one of open) when trying again won't help, or anything else when it may.
	Complete(ctx context.Context, e Envelope, open OpenFile) (Envelope, error)
	// Fetch downloads a received file by the note in message.Media and writes it to w. What is written
	// is the whole file, and is what its message promised, if the error is nil. The error is
	// ErrOffline, a fault when trying again won't help (NotFound: it is gone; TooLarge), or anything
	// else when it may.
	Fetch(ctx context.Context, remote []byte, w io.Writer) error
	// Send hands an envelope to the network and waits for WhatsApp's ack. It may be called again
	// with the same envelope and must then not produce a second message. The error is ErrOffline,
	// a *Refusal, a fault when the envelope can't be sent by anybody, or anything else, which means
	// that the outcome is not known.
	Send(ctx context.Context, e Envelope) (Ack, error)
	// Check asks which numbers have an account; the answer holds those that do, each with the number
	// under which WhatsApp knows it. The error is ErrOffline, or anything else.
	Check(ctx context.Context, numbers []id.User) (map[id.User]id.User, error)
	// Profile tells how somebody shows himself. "" is the number itself, whose name Sink.Named tells. Its
	// error, and those of SetName, SetAbout and SetPicture, is ErrOffline, a fault, or anything else.
	Profile(ctx context.Context, of id.User) (channel.Profile, error)
	// SetName changes the push name. The sink is told before it returns.
	SetName(ctx context.Context, name string) error
	// SetAbout changes the about text.
	SetAbout(ctx context.Context, text string) error
	// SetPicture changes the picture; it takes a square JPEG.
	SetPicture(ctx context.Context, jpeg []byte) error
	// Typing shows or hides "typing" in a chat. Failures don't matter to the caller.
	Typing(ctx context.Context, chat id.Chat, on bool) error
	// Close disconnects and waits until no call to the sink is running. It may be called twice.
	Close() error
}

// Draft is a message before it has a form on the wire.
type Draft struct {
	Chat    id.Chat
	Content message.Content
	// Quote is the message that the draft cites; nil for none.
	Quote *Quote
	// Edit is the message of ours that the draft replaces the content of; zero for none.
	Edit id.Message
	// Recipe names the encoding to use; "" lets the backend choose.
	Recipe string
}

// Quote is a cited message.
type Quote struct {
	ID id.Message
	// Author is who wrote it.
	Author id.User
	// Content is what it says; nil when that is not known.
	Content message.Content
}

// Envelope is a message as the outbox stores it.
type Envelope struct {
	// Stanza is WhatsApp's message id, chosen by us before the first attempt.
	Stanza string
	Chat   id.Chat
	// Payload is the backend's own form, opaque to the gateway: content, secret and stanza nodes.
	Payload []byte
	// Recipe is the name of the encoding that was used, for logs and support.
	Recipe string
	// Stored, if there is one, waits until the gateway has stored the envelope. Send may prepare what it
	// likes before, but nothing leaves until Stored has returned nil; an error of it is one of Send.
	Stored func(context.Context) error
}

// OpenFile opens a file of the media store by its id.
type OpenFile func(ctx context.Context, mediaID string) (io.ReadSeekCloser, error)

// Ack is WhatsApp's word that it has the message. It does not say that anything is drawn.
type Ack struct {
	// At is the server's time of the message, in whole seconds, UTC.
	At time.Time
}

// Sink receives what happens on a session. Calls may come from several goroutines.
type Sink interface {
	// Handle takes what must not be lost. It returns nil only when all of it is durable; on an
	// error the session must let WhatsApp deliver it again. The same thing may come twice.
	Handle(ctx context.Context, in []event.Payload) error
	// Paired reports a new session. It returns nil only when the identity is durable.
	Paired(ctx context.Context, who Identity) error
	// Named reports the push name of the channel's own number. It is safe to lose.
	Named(ctx context.Context, pushName string)
	// State reports where the session stands.
	State(ctx context.Context, s StateChange)
	// QR reports the text to show as a QR code and until when it can be scanned.
	QR(ctx context.Context, text string, until time.Time)
}

// Identity is what pairing yields.
type Identity struct {
	// Device is the key to open the session with next time.
	Device   string
	Number   id.User
	PushName string
}

// StateChange is a new state of a session and why.
type StateChange struct {
	State channel.State
	// Fault is the code of the trouble (channel.Trouble), Reason explains it to the operator; "" when
	// the state says it all.
	Fault, Reason string
	// Until is the end of a temporary ban; zero when it has none.
	Until time.Time
}

// Troubled returns the change that a trouble makes.
func Troubled(t channel.Trouble) StateChange {
	return StateChange{State: t.State, Fault: t.Code, Reason: t.Reason()}
}

// Ledger gives back what was sent, so that a device that could not read it can be served again,
// also after a restart.
type Ledger interface {
	// Sent returns the envelope that left under this stanza id and WhatsApp's time of it (zero
	// while the first ack is missing). The error is a fault of kind NotFound when there is none.
	Sent(ctx context.Context, stanza string) (Envelope, time.Time, error)
}
