package meow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// statusOf says what a receipt means. Receipts of other types concern the library or our own
// devices. "inactive" is the delivery to an app that is not in the foreground.
func statusOf(t types.ReceiptType) (message.Status, bool) {
	switch t {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive:
		return message.Delivered, true
	case types.ReceiptTypeRead:
		return message.Read, true
	case types.ReceiptTypePlayed:
		return message.Played, true
	}
	return "", false
}

// receipt takes a receipt of somebody else, which can only be about a message of ours. What our
// other devices read or play is not told.
func (s *session) receipt(e *events.Receipt) bool {
	status, ok := statusOf(e.Type)
	if !ok || s.identity().is(e.Sender) || e.Chat.Server == types.BroadcastServer {
		return true
	}
	key := fmt.Sprintf("%s/%s/%s/%s", e.Chat, e.Sender, e.Type, strings.Join(e.MessageIDs, ","))
	return s.durably(key, func(ctx context.Context) ([]event.Payload, error) {
		chat, err := s.resolve(ctx, e.Chat, e.SenderAlt)
		if err != nil {
			return nil, err
		}
		viewer, err := s.resolve(ctx, e.Sender, e.SenderAlt)
		if err != nil {
			return nil, err
		}
		in := make([]event.Payload, 0, len(e.MessageIDs))
		for _, stanza := range e.MessageIDs {
			change := event.StatusChanged{
				Message: id.Message{Stanza: stanza, Chat: chatOf(chat), FromMe: true},
				Status:  status,
				At:      e.Timestamp.UTC().Truncate(time.Second),
			}
			if e.IsGroup {
				change.Viewer = userOf(viewer)
			}
			in = append(in, change)
		}
		return in, nil
	})
}
