package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// Quote is a cited message as the sender's app repeated it.
type Quote struct {
	// Stanza is WhatsApp's id of the cited message.
	Stanza string
	// Participant is the JID of its author as it stood on the wire.
	Participant string
	// Content is nil when the app repeated nothing. It is what the app chose to repeat: WhatsApp
	// Web gives the body alone.
	Content message.Content
}

// readQuote returns nil when c cites no message.
func readQuote(c *waE2E.ContextInfo) *Quote {
	if c.GetStanzaID() == "" {
		return nil
	}
	return &Quote{
		Stanza:      clean(c.GetStanzaID()),
		Participant: clean(c.GetParticipant()),
		Content:     readQuoted(c),
	}
}

func readQuoted(c *waE2E.ContextInfo) message.Content {
	content, _ := read(unwrap(c.GetQuotedMessage()))
	return content
}
