package meow

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend"
	"tapgate/internal/wire"
)

// retry is a request for a message and what is known of it.
type retry struct {
	receipt  *events.Receipt
	stanza   types.MessageID
	count    int            // how often this device asked for this message
	prepared *waE2E.Message // what the library would send
	sent     backend.Envelope
	at       time.Time // WhatsApp's time of the first send; zero while not known
}

// freshKeys fetches keys to build a new session with the device, where the old one has proven
// broken. nil means that the session there is will do, or that no keys could be had.
func (s *session) freshKeys(ctx context.Context, r retry) *prekey.Bundle {
	device := r.receipt.Sender
	if r.count < 2 && s.retries.trusted(device, s.now()) {
		return nil
	}
	return s.internals().FetchPreKeysNoError(ctx, []types.JID{device})[device]
}

// rebuild makes the stanza that answers a retry receipt. The caller holds the account's gate.
func (s *session) rebuild(ctx context.Context, r retry, bundle *prekey.Bundle) (waBinary.Node, error) {
	enc, err := wire.Unmarshal(r.sent.Payload)
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("read the stored message: %w", err)
	}
	kind, media := stanzaType(enc)
	plaintext, err := proto.Marshal(r.content(enc.Message))
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("encode the message: %w", err)
	}
	encAttrs := waBinary.Attrs{"count": r.count}
	if media != "" {
		encAttrs["mediatype"] = media
	}
	attrs := r.attrs(kind, s.now())
	if wire.IsEdit(enc.Message) { // as the library marks the first send
		attrs["edit"], encAttrs["decrypt-fail"] = string(types.EditAttributeMessageEdit), string(events.DecryptFailHide)
	}
	sealed, identified, err := s.seal(ctx, r.receipt.Sender, plaintext, bundle, encAttrs)
	if err != nil {
		return waBinary.Node{}, err
	}
	content := []waBinary.Node{*sealed}
	if identified {
		content = append(content, s.internals().MakeDeviceIdentityNode())
	}
	return waBinary.Node{
		Tag: "message", Attrs: attrs, Content: append(content, enc.Nodes...),
	}, nil
}

// seal encrypts for one device, in the kind of transaction in which the library decrypts, so that
// neither can store a session that the other has read before.
func (s *session) seal(ctx context.Context, device types.JID, plaintext []byte, bundle *prekey.Bundle, attrs waBinary.Attrs) (enc *waBinary.Node, identified bool, err error) {
	in := s.internals()
	identity, err := s.hidden(ctx, device)
	if err != nil {
		return nil, false, err
	}
	if identity != device { // sessions are kept under the hidden number
		in.MigrateSessionStore(ctx, device, identity)
	}
	err = s.client.Store.EventBuffer.DoDecryptionTxn(unlooked(ctx), func(ctx context.Context) (err error) {
		enc, identified, err = in.EncryptMessageForDevice(ctx, plaintext, identity, bundle, attrs, nil)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("encrypt for %s: %w", device, err)
	}
	return enc, identified, nil
}

// content is what the device has to read: in a group the sender key that it lost, for our own
// other devices the message with its destination.
func (r retry) content(m *waE2E.Message) *waE2E.Message {
	switch {
	case r.receipt.IsGroup:
		m.SenderKeyDistributionMessage = r.prepared.GetSenderKeyDistributionMessage()
	case r.receipt.IsFromMe:
		return &waE2E.Message{
			MessageContextInfo: m.MessageContextInfo, // outside too: the message secret is read there
			DeviceSentMessage: &waE2E.DeviceSentMessage{
				DestinationJID: proto.String(r.receipt.Chat.String()),
				Message:        m,
			},
		}
	}
	return m
}

// attrs are the attributes of the stanza. The Go types matter: the library drops or refuses others.
func (r retry) attrs(kind string, now time.Time) waBinary.Attrs {
	at := r.at
	if at.IsZero() {
		at = now
	}
	attrs := waBinary.Attrs{"id": r.stanza, "type": kind, "t": at.Unix()}
	if r.receipt.IsGroup {
		attrs["to"], attrs["participant"] = r.receipt.Chat, r.receipt.Sender
		return attrs
	}
	attrs["to"], attrs["device_fanout"] = r.receipt.Sender, false
	if r.receipt.IsFromMe && !r.receipt.MessageSender.IsEmpty() {
		attrs["recipient"] = r.receipt.MessageSender
	}
	return attrs
}

// stanzaType returns the type and the mediatype that the library gives a stanza on its first send,
// which depend on its content; every kind of content that wire learns needs its line here. Opaque
// content has none that the library could see.
func stanzaType(e wire.Encoded) (kind, media string) {
	m := e.Message
	if inner := m.GetDocumentWithCaptionMessage().GetMessage(); inner != nil {
		m = inner
	}
	if m.GetListMessage() != nil && !e.Opaque {
		return "media", "list"
	}
	return "text", ""
}

// exchange sends a message stanza and waits for its ack. It returns nil when the connection was
// lost before.
func (s *session) exchange(ctx context.Context, stanza types.MessageID, node waBinary.Node) (*waBinary.Node, error) {
	in := s.internals()
	answer := in.WaitResponse(stanza)
	if err := in.SendNode(ctx, node); err != nil {
		in.CancelResponse(stanza, answer)
		return nil, ctx.Err()
	}
	t := time.NewTimer(retryAckPatience)
	defer t.Stop()
	select {
	case ack := <-answer:
		if ack == nil || ack.Tag != "ack" { // the library hands out the end of the stream
			return nil, nil
		}
		return ack, nil
	case <-t.C:
		in.CancelResponse(stanza, answer)
		return nil, fmt.Errorf("no ack within %s", retryAckPatience)
	case <-ctx.Done():
		in.CancelResponse(stanza, answer)
		return nil, ctx.Err()
	}
}

// internals is the library's door to what it does not promise to keep. Whoever uses it stands in the
// list of the package comment.
func (s *session) internals() *whatsmeow.DangerousInternalClient {
	//lint:ignore SA1019 there is no other way to put stanza nodes on a retry
	return s.client.DangerousInternals()
}
