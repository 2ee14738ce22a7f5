package phone

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
	"tapgate/internal/sandbox"
)

const (
	// maxStanzas bounds how many stanzas wait for their message; those that are never decrypted stay behind.
	maxStanzas = 10_000
	// redeliverAfter is the pause before a message that could not be kept is asked for again.
	redeliverAfter = time.Second
)

// overhear notes what a stanza says outside the encryption, before the client gets it.
func (p *Phone) overhear(d sandbox.Delivery) {
	stanza, ok := d.Node.Attrs["id"]
	if !ok {
		return
	}
	note := &waBinary.Node{Tag: "message"}
	var kept []waBinary.Node
	for _, child := range d.Node.GetChildren() {
		if child.Tag == "biz" || child.Tag == "bot" {
			kept = append(kept, child)
		}
	}
	note.Content = kept
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.stanzas) >= maxStanzas {
		clear(p.stanzas)
	}
	p.stanzas[fmt.Sprint(stanza)] = note
}

func (p *Phone) overheard(stanza types.MessageID) *waBinary.Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stanzas[stanza]
}

func (p *Phone) forget(stanza types.MessageID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.stanzas, stanza)
}

// handle is the one event handler of the phone. False means that the message was not kept: it is not acked and
// comes again with the next connection.
func (p *Phone) handle(event any) (kept bool) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("event handler panicked", slog.Any("panic", r))
			kept = false
		}
		if !kept {
			p.resetLater()
		}
	}()
	if err := p.dispatch(event); err != nil {
		p.log.Error("event not kept", slog.String("event", fmt.Sprintf("%T", event)), slog.Any("error", err))
		return false
	}
	return true
}

func (p *Phone) dispatch(event any) error {
	defer p.cli.noteLogin(event) // after what a login sets off: presence reads the name that others may then change
	switch e := event.(type) {
	case *events.Message:
		return p.received(e)
	case *events.Receipt:
		return p.receipt(e)
	case *events.JoinedGroup:
		return p.book.joined(p.book.life, &e.GroupInfo)
	case *events.ChatPresence:
		p.book.announce(Change{
			Customer: p.number, What: "typing", Chat: p.peer(e.Chat).String(), On: e.State == types.ChatPresenceComposing,
		})
	case *events.Presence:
		p.book.announce(Change{Customer: p.number, What: "presence", Chat: p.peer(e.From).String(), On: !e.Unavailable})
	case *events.Connected:
		if err := p.cli.SendPresence(p.book.life, types.PresenceAvailable); err != nil {
			p.log.Warn("presence not sent", slog.Any("error", err))
		}
		p.book.announce(Change{Customer: p.number, What: "presence", On: true})
		p.book.start(p.resume)
	case *events.Disconnected, *events.StreamReplaced:
		p.book.announce(Change{Customer: p.number, What: "presence"})
	case *events.LoggedOut:
		p.log.Warn("phone was logged out", slog.String("reason", e.Reason.String()))
		p.book.announce(Change{Customer: p.number, What: "presence"})
	}
	return nil
}

func (p *Phone) resetLater() {
	p.book.start(func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(redeliverAfter):
			p.cli.ResetConnection()
		}
	})
}

// received keeps a message, or applies it to the one that it is about.
func (p *Phone) received(e *events.Message) error {
	m := unwrap(e.RawMessage).message
	if isService(m) {
		return nil
	}
	r := p.recordOf(e)
	defer p.forget(e.Info.ID)
	change := m.GetProtocolMessage()
	switch {
	case m.GetReactionMessage() != nil:
		return p.applyTo(r, m.GetReactionMessage().GetKey().GetID(), func(target *record) {
			target.Reactions = reacted(target.Reactions, r.From, m.GetReactionMessage().GetText())
		})
	case m.GetPollUpdateMessage() != nil:
		return p.voted(e, r, m.GetPollUpdateMessage().GetPollCreationMessageKey().GetID())
	case change != nil && change.GetType() == waE2E.ProtocolMessage_REVOKE:
		return p.applyTo(r, change.GetKey().GetID(), func(target *record) { target.Deleted = true })
	case change != nil:
		return p.applyTo(r, change.GetKey().GetID(), func(target *record) {
			target.edit(change.GetEditedMessage())
			if r.node != nil && len(r.node.GetChildren()) > 0 {
				target.node = r.node
			}
		})
	}
	return p.add(p.book.life, r)
}

// isService reports whether a message is for the client and not for the person who holds the phone.
func isService(m *waE2E.Message) bool {
	if pm := m.GetProtocolMessage(); pm != nil {
		return pm.GetType() != waE2E.ProtocolMessage_REVOKE && pm.GetType() != waE2E.ProtocolMessage_MESSAGE_EDIT
	}
	if m.GetSenderKeyDistributionMessage() == nil {
		return false
	}
	fields := 0 // in a group the key comes first, as a message of its own
	eachField(m, func(string) { fields++ })
	return fields == 1
}

func (p *Phone) recordOf(e *events.Message) *record {
	peer := p.peer(e.Info.Chat)
	from := p.book.number(e.Info.Sender)
	r := &record{
		ID: p.idOf(e.Info.ID, peer, from), Peer: peer.String(), From: from,
		Stanza: e.Info.ID, Chat: e.Info.Chat, Sender: e.Info.Sender.ToNonAD(),
		FromMe: e.Info.IsFromMe, At: e.Info.Timestamp, Retry: e.RetryCount,
		raw: proto.CloneOf(e.RawMessage), node: p.overheard(e.Info.ID),
	}
	if r.FromMe {
		r.Status = StatusSent
	}
	return r
}

// peer is the conversation as this phone names it: by number, not by hidden address.
func (p *Phone) peer(chat types.JID) id.Chat {
	if chat.Server == types.DefaultUserServer || chat.Server == types.HiddenUserServer {
		return id.User(p.book.number(chat)).Private()
	}
	return id.Chat{User: chat.User, Server: id.Server(chat.Server)}
}

// applyTo changes the message that r is about. Where the phone does not hold it, or somebody else wrote it and
// may not change it, r is kept as a message that is not drawn.
func (p *Phone) applyTo(r *record, stanza string, change func(*record)) error {
	target, ok := p.inChat(r.Peer, stanza)
	mayChange := unwrap(r.raw).message.GetReactionMessage() != nil || target.From == r.From
	if !ok || !mayChange {
		r.Target = stanza
		return p.add(p.book.life, r)
	}
	return p.update(p.book.life, target.ID, "message", func(t *record) bool { change(t); return true })
}

// receipt advances the status of own messages; receipts of own other devices say nothing about them.
func (p *Phone) receipt(e *events.Receipt) error {
	status := map[types.ReceiptType]string{
		types.ReceiptTypeDelivered: StatusDelivered,
		types.ReceiptTypeRead:      StatusRead,
		types.ReceiptTypePlayed:    StatusPlayed,
	}[e.Type]
	if status == "" || p.book.number(e.Sender) == p.number {
		return nil
	}
	for _, stanza := range e.MessageIDs {
		r, ok := p.inChat(p.peer(e.Chat).String(), stanza)
		if !ok || !r.FromMe {
			continue
		}
		err := p.update(p.book.life, r.ID, "status", func(r *record) bool {
			if rank(status) <= rank(r.Status) {
				return false
			}
			r.Status = status
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}
