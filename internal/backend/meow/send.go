package meow

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/wire"
)

const (
	// ackPatience is how long a send waits for WhatsApp's ack before its outcome is unknown.
	ackPatience = 20 * time.Second
	// sendPatience bounds all of a send: looking up devices and keys, one reconnect, the ack.
	sendPatience = time.Minute
)

// Prepare implements backend.Session.
func (s *session) Prepare(ctx context.Context, d backend.Draft) (backend.Envelope, error) {
	switch d.Chat.Server {
	case id.Private, id.Hidden, id.Group:
	default:
		return backend.Envelope{}, fault.New(fault.Unsupported, "Messages can't be sent to %s", d.Chat)
	}
	quote, err := s.cited(ctx, d.Quote)
	if err != nil {
		return backend.Envelope{}, err
	}
	edit, err := s.edited(ctx, d.Edit)
	if err != nil {
		return backend.Envelope{}, err
	}
	e, err := wire.Encode(d.Content, wire.Options{
		Recipe: d.Recipe, Quote: quote, Edit: edit, Group: d.Chat.IsGroup(), Random: rand.Reader, Now: s.now(),
	})
	if err != nil {
		return backend.Envelope{}, err
	}
	payload, err := wire.Marshal(e)
	if err != nil {
		return backend.Envelope{}, fmt.Errorf("store the encoded message: %w", err)
	}
	return backend.Envelope{Stanza: id.NewStanza(), Chat: d.Chat, Payload: payload, Recipe: e.Recipe}, nil
}

// Send implements backend.Session. Receivers drop a second message under the same id, so that an
// envelope may be sent until its outcome is known.
func (s *session) Send(ctx context.Context, e backend.Envelope) (backend.Ack, error) {
	msg, extra, err := outgoing(e)
	if err != nil {
		return backend.Ack{}, fault.Wrap(fault.Internal, err, "The stored message can't be read")
	}
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	if err := s.account.enter(ctx); err != nil {
		return backend.Ack{}, err
	}
	defer s.account.leave()
	if !s.connected() {
		return backend.Ack{}, backend.ErrOffline
	}
	if e.Stored != nil && e.Chat.Server == id.Group { // a group's ratchet is written before scope hears of it
		if err := e.Stored(ctx); err != nil {
			return backend.Ack{}, err
		}
		e.Stored = nil
	}
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	scoped, scope := sendScope(ctx)
	scope.stored, scope.abort = e.Stored, abort
	resp, err := s.client.SendMessage(scoped, jidOf(e.Chat), msg, extra)
	if lost := scope.end(ctx); lost != nil {
		s.log.Warn("secret of the message not stored: some answers to it can't be read", "stanza", e.Stanza, "error", lost)
	}
	if err != nil {
		s.refreshGroup(ctx, e.Chat, err)
		return backend.Ack{}, refusal(err)
	}
	return backend.Ack{At: resp.Timestamp.UTC()}, nil
}

// refreshGroup renews what the library remembers of a group when WhatsApp says that it is out of
// date, so that the next attempt fits.
func (s *session) refreshGroup(ctx context.Context, chat id.Chat, err error) {
	if code, ok := ackCode(err); !ok || code != staleGroup || !chat.IsGroup() {
		return
	}
	if _, err := s.client.GetGroupInfo(ctx, jidOf(chat)); err != nil {
		s.log.Info("group not refreshed", "group", chat, "error", err)
	}
}

// outgoing reads a stored envelope into what the library sends. The message is the library's to
// keep and to change; nobody else holds it.
func outgoing(e backend.Envelope) (*waE2E.Message, whatsmeow.SendRequestExtra, error) {
	extra := whatsmeow.SendRequestExtra{ID: e.Stanza, Timeout: ackPatience}
	enc, err := wire.Unmarshal(e.Payload)
	if err != nil {
		return nil, extra, fmt.Errorf("read the stored message: %w", err)
	}
	if len(enc.Files) > 0 {
		return nil, extra, fmt.Errorf("%d files of the message are not uploaded", len(enc.Files))
	}
	if len(enc.Nodes) > 0 {
		extra.AdditionalNodes = &enc.Nodes
	}
	if !enc.Opaque {
		return enc.Message, extra, nil
	}
	msg, err := opaque(enc.Message)
	return msg, extra, err
}

// opaque hides the content of a message from the library: the result has the same form on the
// wire, but its content is made of fields that the library does not know. So the library adds
// no stanza node of its own beside ours, and no media type. Only the context, from which it takes
// the message secret, stays visible.
func opaque(m *waE2E.Message) (*waE2E.Message, error) {
	visible := m.MessageContextInfo
	m.MessageContextInfo = nil
	content, err := proto.Marshal(m)
	m.MessageContextInfo = visible
	if err != nil {
		return nil, fmt.Errorf("hide the content of a message: %w", err)
	}
	out := &waE2E.Message{MessageContextInfo: visible}
	out.ProtoReflect().SetUnknown(content)
	return out, nil
}
