package wire

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

func buildText(c message.Content, _ *fresh) *waE2E.Message {
	return &waE2E.Message{Conversation: proto.String(c.(message.Text).Body)}
}

// optional leaves an empty text out of the message.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// clean makes received text fit for databases and JSON: other people's bytes may be no UTF-8, and
// PostgreSQL has no NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
