package meow

import (
	"context"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// changed returns the id of the message that m changes. An author may edit and delete what he wrote,
// whatever else his app says; others' messages are deleted by admins of a group, which the server tells.
func (s *session) changed(ctx context.Context, m message.Message, did message.ChangeKind, t *wire.Target, edit types.EditAttribute) (id.Message, error) {
	own := id.Message{Stanza: t.Stanza, Chat: m.ID.Chat, FromMe: m.ID.FromMe, Participant: m.ID.Participant}
	byAdmin := did == message.Revoked && edit == types.EditAttributeAdminRevoke && m.ID.Chat.IsGroup()
	if did != message.Reaction && !byAdmin || t.FromMe {
		return own, nil
	}
	target := id.Message{Stanza: t.Stanza, Chat: m.ID.Chat, FromMe: !m.ID.FromMe}
	author, err := types.ParseJID(t.Participant)
	if err != nil || author.User == "" {
		return target, nil // of a private chat: the other one's
	}
	if author, err = s.resolve(ctx, author, types.JID{}); err != nil {
		return id.Message{}, err
	}
	target.FromMe = s.identity().is(author)
	target.Participant = participant(target, author)
	return target, nil
}
