package phone

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

const (
	// retryTimeout bounds how long the answer to a retry receipt waits for its ack.
	retryTimeout = 10 * time.Second
	// rebuildPause is how long a rebuilt session is trusted: within it, a first retry needs no new keys.
	rebuildPause = time.Minute
)

// sendMessage is the only way in which messages leave: one at a time, answers to retries included. The library
// answers retries beside its sends, on the same session, and then a counter is used twice and a message is
// lost without a trace; real phones do not lose messages that way.
func (c *client) sendMessage(ctx context.Context, to types.JID, m *waE2E.Message, stanza types.MessageID) (whatsmeow.SendResponse, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.SendMessage(ctx, to, m, whatsmeow.SendRequestExtra{ID: stanza})
}

// answerRetries takes the answers to retry receipts about this phone's messages away from the library.
func (p *Phone) answerRetries(c *client) {
	c.GetMessageForRetry = p.retryContent
	c.PreRetryCallback = func(receipt *events.Receipt, stanza types.MessageID, count int, found *waE2E.Message) (library bool) {
		r, ok := p.own(stanza)
		if !ok {
			return true // a reaction or an edit: these are not kept
		}
		if p.peer(receipt.Chat).String() != r.Peer {
			return false
		}
		ctx, cancel := context.WithTimeout(p.book.life, retryTimeout)
		defer cancel()
		err := c.answerRetry(ctx, receipt, count, r, found.GetSenderKeyDistributionMessage())
		if err != nil {
			p.log.Warn("retry not answered", slog.String("message", r.ID), slog.Any("error", err))
		}
		return err != nil
	}
}

// answerRetry encrypts the message anew for the device that could not read it, and sends it there alone.
func (c *client) answerRetry(ctx context.Context, receipt *events.Receipt, count int, r record, key *waE2E.SenderKeyDistributionMessage) error {
	plaintext, err := proto.Marshal(retried(receipt, r, key))
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	//lint:ignore SA1019 the public API sends no message to one device
	inside := c.DangerousInternals()
	device := receipt.Sender
	if device.Server == types.DefaultUserServer {
		if hidden, err := c.Store.LIDs.GetLIDForPN(ctx, device); err == nil && !hidden.IsEmpty() {
			inside.MigrateSessionStore(ctx, device, hidden)
			device = hidden
		}
	}
	acked, err := c.encryptAndSend(ctx, inside, receipt, device, count, r, plaintext)
	if err != nil {
		return err
	}
	defer inside.CancelResponse(r.Stanza, acked)
	select {
	case ack := <-acked:
		if code := attr(*ack, "error"); code != "" {
			return fmt.Errorf("refused with %s", code)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *client) encryptAndSend(ctx context.Context, inside *whatsmeow.DangerousInternalClient, receipt *events.Receipt, device types.JID, count int, r record, plaintext []byte) (acked chan *waBinary.Node, err error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	var bundle *prekey.Bundle
	if count >= 2 || time.Since(c.rebuilt[device]) > rebuildPause {
		bundle = inside.FetchPreKeysNoError(ctx, []types.JID{device})[device]
	}
	var enc *waBinary.Node
	var withIdentity bool
	err = withoutTurn(c.Store.EventBuffer).DoDecryptionTxn(ctx, func(ctx context.Context) (err error) {
		enc, withIdentity, err = inside.EncryptMessageForDevice(ctx, plaintext, device, bundle, waBinary.Attrs{"count": count}, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("encrypt for %s: %w", device, err)
	}
	if bundle != nil {
		c.rebuilt[device] = time.Now()
	}
	content := []waBinary.Node{*enc}
	if withIdentity {
		content = append(content, inside.MakeDeviceIdentityNode())
	}
	acked = inside.WaitResponse(r.Stanza) // under the mutex: the first send of this id has its ack by now
	if err := inside.SendNode(ctx, waBinary.Node{Tag: "message", Attrs: retryAttrs(receipt, r), Content: content}); err != nil {
		inside.CancelResponse(r.Stanza, acked)
		return nil, fmt.Errorf("send to %s: %w", device, err)
	}
	return acked, nil
}

// retried is the message as the device that asked has to get it: members of a group need the sender's key
// with it, own devices need to know whom it was for.
func retried(receipt *events.Receipt, r record, key *waE2E.SenderKeyDistributionMessage) *waE2E.Message {
	m := proto.CloneOf(r.raw)
	switch {
	case receipt.IsGroup:
		m.SenderKeyDistributionMessage = key
	case receipt.IsFromMe:
		return &waE2E.Message{MessageContextInfo: m.MessageContextInfo, DeviceSentMessage: &waE2E.DeviceSentMessage{
			DestinationJID: proto.String(receipt.Chat.String()), Message: m,
		}}
	}
	return m
}

func retryAttrs(receipt *events.Receipt, r record) waBinary.Attrs {
	kind := "text"
	if len(attachments(unwrap(r.raw).message)) > 0 {
		kind = "media"
	}
	attrs := waBinary.Attrs{"id": r.Stanza, "t": r.At.Unix(), "type": kind}
	if receipt.IsGroup {
		attrs["to"], attrs["participant"] = receipt.Chat, receipt.Sender
		return attrs
	}
	attrs["to"], attrs["device_fanout"] = receipt.Sender, false
	if receipt.IsFromMe {
		attrs["recipient"] = receipt.MessageSender
	}
	return attrs
}
