package wire

import (
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// Edit names a message of ours whose content another one replaces.
type Edit struct {
	// Stanza is WhatsApp's id of the message to replace.
	Stanza string
	// Chat is the JID of the chat that it stands in.
	Chat string
}

// wrap puts new content into the message that replaces the old, in the form that official apps
// send: the client library reads the stanza's edit attribute off it, hence it must see it. The
// secret of the content stands outside too.
func (e *Edit) wrap(m *waE2E.Message, f *fresh) *waE2E.Message {
	return &waE2E.Message{
		EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{
			ProtocolMessage: &waE2E.ProtocolMessage{
				Key:           &waCommon.MessageKey{FromMe: proto.Bool(true), ID: proto.String(e.Stanza), RemoteJID: proto.String(e.Chat)},
				Type:          waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(),
				EditedMessage: m,
				TimestampMS:   proto.Int64(f.now.UnixMilli()),
			},
		}},
		MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: m.GetMessageContextInfo().GetMessageSecret()},
	}
}

// IsEdit reports whether a message replaces the content of an earlier one.
func IsEdit(m *waE2E.Message) bool {
	return unwrap(m).GetProtocolMessage().GetEditedMessage() != nil
}
