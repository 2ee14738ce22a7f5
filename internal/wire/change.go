package wire

import (
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// Target is the message that a change is about, as its key on the wire names it.
type Target struct {
	// Stanza is WhatsApp's id of it.
	Stanza string
	// FromMe is true when whoever made the change says that he wrote it himself.
	FromMe bool
	// Participant is the JID of its author; "" where that is not told.
	Participant string
}

// readProtocol lets through what a person did: deleting and editing a message. The rest is between
// apps.
func readProtocol(m *waE2E.ProtocolMessage) message.Content {
	if m.Type == nil {
		return nil
	}
	switch m.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		return message.Change{Did: message.Revoked}
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		content, _ := read(unwrap(m.GetEditedMessage()))
		switch content.(type) {
		case message.Change, message.Unknown:
			content = nil
		}
		return message.Change{Did: message.Edited, Content: content}
	}
	return nil
}

func readReaction(m *waE2E.ReactionMessage) message.Content {
	return message.Change{Did: message.Reaction, Emoji: clean(m.GetText())}
}

// target returns what a change is about; nil where m changes nothing, or does not say what.
func target(m *waE2E.Message) *Target {
	var key *waCommon.MessageKey
	switch {
	case m.ProtocolMessage != nil:
		key = m.ProtocolMessage.GetKey()
	case m.ReactionMessage != nil:
		key = m.ReactionMessage.GetKey()
	}
	if key.GetID() == "" {
		return nil
	}
	return &Target{Stanza: clean(key.GetID()), FromMe: key.GetFromMe(), Participant: clean(key.GetParticipant())}
}
