package wire

import (
	"io"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/fault"
	"tapgate/internal/message"
)

// Encoded is a message in the form that leaves.
type Encoded struct {
	Message *waE2E.Message
	// Nodes go into the stanza beside the encrypted message; empty for plain text.
	Nodes []waBinary.Node
	// Opaque asks the sender to hide the content from its own client library, which would
	// otherwise add stanza nodes and attributes of its own.
	Opaque bool
	// Recipe is the name of the encoding that was used.
	Recipe string
}

// Options says how to encode.
type Options struct {
	// Recipe names the encoding; "" chooses by content.
	Recipe string
	// Group is true when the message goes to a group.
	Group bool
	// Random yields message secrets and ids. It must be cryptographically secure.
	Random io.Reader
	// Now is the time that is written into the message.
	Now time.Time
}

// Encode turns content into its form on the wire. The error is a fault of kind Invalid or
// Unsupported.
func Encode(c message.Content, o Options) (Encoded, error) {
	return Encoded{}, fault.New(fault.Unsupported, "not yet")
}
