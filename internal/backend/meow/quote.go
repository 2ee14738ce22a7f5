package meow

import (
	"context"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/id"
	"tapgate/internal/wire"
)

// cited returns a quote as it stands on the wire. Its author is named by the hidden number, as his
// own messages name him now, or by the phone number where no hidden one is known.
func (s *session) cited(ctx context.Context, q *backend.Quote) (*wire.Quote, error) {
	if q == nil {
		return nil, nil
	}
	author, err := s.authorOf(ctx, *q)
	if err != nil {
		return nil, err
	}
	return &wire.Quote{Stanza: q.ID.Stanza, Participant: author.String(), Content: q.Content}, nil
}

func (s *session) authorOf(ctx context.Context, q backend.Quote) (types.JID, error) {
	switch own := s.identity(); {
	case q.ID.FromMe && !own.lid.IsEmpty():
		return own.lid, nil
	case q.ID.FromMe:
		return own.pn, nil
	case q.Author != "":
		return s.hidden(ctx, jidOf(q.Author.Private()))
	case q.ID.Participant != "": // somebody whose number was never told
		return types.NewJID(string(q.ID.Participant), types.HiddenUserServer), nil
	}
	return s.hidden(ctx, jidOf(q.ID.Chat))
}

// edited returns the message that an edit replaces as it is named on the wire; nil for none.
func (s *session) edited(ctx context.Context, m id.Message) (*wire.Edit, error) {
	if m.IsZero() {
		return nil, nil
	}
	chat, err := s.hidden(ctx, jidOf(m.Chat))
	if err != nil {
		return nil, err
	}
	return &wire.Edit{Stanza: m.Stanza, Chat: chat.String()}, nil
}
