package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// Decoded is what a received message says.
type Decoded struct {
	// Content is nil only when Skip is true.
	Content message.Content
	// Quote is the message that this one cites; nil when it cites none.
	Quote *Quote
	// Skip is true for what no program should hear of: key distribution and protocol noise.
	Skip bool
}

// Quote is a cited message as the sender's app repeated it.
type Quote struct {
	// Stanza is WhatsApp's id of the cited message.
	Stanza string
	// Participant is the JID of its author as it stood on the wire.
	Participant string
	// Content is nil when the app repeated nothing.
	Content message.Content
}

// Decode reads a message from the wire. It never fails: what it can't name is message.Unknown.
func Decode(raw *waE2E.Message) Decoded { return Decoded{Skip: true} }
