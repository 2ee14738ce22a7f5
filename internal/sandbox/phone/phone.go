package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	waStore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/sandbox"
)

// maxMessages is how many messages a phone keeps; the oldest go first.
const maxMessages = 5000

// maxReceipt is how many messages one receipt names.
const maxReceipt = 256

// Phone is one emulated phone: device 0 of an account, and its linked web client once that was used.
type Phone struct {
	book     *Book
	number   string
	customer bool
	account  sandbox.Account
	cli      *client
	log      *slog.Logger
	untap    func()

	linking   sync.Mutex // the web client is linked once
	web       *client
	thrownOut bool // a web client was unlinked: the stored one is no longer of use

	mu       sync.Mutex
	name     string
	platform Platform
	records  []*record
	kept     int // since the phone was opened
	byID     map[string]*record
	byStanza map[string]*record
	leaving  map[string]bool                    // ids of messages that are being sent
	stanzas  map[types.MessageID]*waBinary.Node // of messages that are on their way to the handler
}

func newPhone(b *Book, o owner, account sandbox.Account, device *waStore.Device) *Phone {
	p := &Phone{
		book: b, number: o.Number, customer: o.Customer, account: account, name: o.Name, platform: o.Platform,
		log:  b.log.With(slog.String("phone", o.Number)),
		byID: map[string]*record{}, byStanza: map[string]*record{}, stanzas: map[types.MessageID]*waBinary.Node{},
		leaving: map[string]bool{},
	}
	p.cli = b.newClient(device)
	p.answerRetries(p.cli)
	p.cli.AddEventHandlerWithSuccessStatus(p.handle)
	p.untap = b.net.Tap(account.PN, p.overhear)
	return p
}

// Number returns the phone's number, digits only.
func (p *Phone) Number() string { return p.number }

// Name returns the name that others see.
func (p *Phone) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

// Platform returns the client that the phone imitates.
func (p *Phone) Platform() Platform {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.platform
}

// SetPlatform changes the client that the phone imitates, and so what all its messages look like; an unknown
// platform is ignored.
func (p *Phone) SetPlatform(platform Platform) {
	if !platform.Valid() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.platform == platform {
		return
	}
	p.platform = platform
	p.book.announce(Change{Customer: p.number, What: "platform"})
	err := p.book.store.savePhone(p.book.life, owner{Number: p.number, Name: p.name, Customer: p.customer, Platform: platform})
	if err != nil {
		p.log.Warn("platform not kept", slog.Any("error", err))
	}
}

// Messages returns what stands on the phone, oldest first, sent and received.
func (p *Phone) Messages() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Message, 0, len(p.records))
	for _, r := range p.records {
		out = append(out, p.drawn(r))
	}
	return out
}

// Kept counts the messages, sent and received, that the phone has kept since it was opened. It goes on counting
// where Messages has begun to drop the oldest.
func (p *Phone) Kept() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept
}

// Message finds one message.
func (p *Phone) Message(id string) (Message, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.byID[id]
	if !ok {
		return Message{}, false
	}
	return p.drawn(r), true
}

// drawn draws a record the way this phone does. The mutex must be held.
func (p *Phone) drawn(r *record) Message {
	m := r.message(p.platform)
	if m.Quoted == nil {
		return m
	}
	if original, ok := p.byStanza[stanzaKey(r.Peer, m.Quoted.ID)]; ok {
		m.Quoted.ID, m.Quoted.From = original.ID, original.From
		return m
	}
	m.Quoted.ID = ""
	if sender, err := types.ParseJID(contextInfo(unwrap(r.raw).message).GetParticipant()); err == nil {
		m.Quoted.From = p.book.number(sender)
	}
	return m
}

// Media downloads and decrypts the attachment of a message: its own, or the first one of its cards.
func (p *Phone) Media(ctx context.Context, id string) (mime string, data []byte, err error) {
	return p.download(ctx, id, -1)
}

// CardMedia downloads and decrypts the media of one card of a carousel, from 0.
func (p *Phone) CardMedia(ctx context.Context, id string, card int) (mime string, data []byte, err error) {
	return p.download(ctx, id, card)
}

func (p *Phone) download(ctx context.Context, id string, card int) (mime string, data []byte, err error) {
	r, ok := p.record(id)
	if !ok {
		return "", nil, ErrNoMessage
	}
	m := unwrap(r.raw).message
	var file attachment
	if all := attachments(m); card < 0 && len(all) > 0 {
		file = all[0]
	} else {
		file = cardAttachment(m, max(card, 0))
	}
	if file == nil {
		return "", nil, refuse("the message has no media")
	}
	data, err = p.cli.Download(ctx, file)
	if err != nil {
		return "", nil, fmt.Errorf("download media: %w", err)
	}
	return file.GetMimetype(), data, nil
}

// Online reports whether the phone is connected and logged in.
func (p *Phone) Online() bool { return p.cli.ready() }

// SetOnline takes the phone off the network, or back; what was sent meanwhile arrives then.
func (p *Phone) SetOnline(ctx context.Context, on bool) error {
	if !on {
		p.cli.Disconnect()
		p.book.announce(Change{Customer: p.number, What: "presence"})
		return nil
	}
	return p.connect(ctx)
}

func (p *Phone) connect(ctx context.Context) error {
	if err := p.cli.online(ctx); err != nil {
		return fmt.Errorf("phone %s: %w", p.number, err)
	}
	return nil
}

// Wipe makes the phone forget all Signal sessions, sender keys and identities, as a reinstalled client: the
// next message it gets can't be read and is asked for again.
func (p *Phone) Wipe(ctx context.Context) error {
	devices := []types.JID{p.account.PN}
	if web := p.webClient(); web != nil {
		devices = append(devices, web.Store.GetJID())
	}
	for _, d := range devices {
		if err := p.book.sessions.wipe(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// MarkRead sends read receipts for messages of others, one for all those of a sender. Own messages and ids that are
// unknown are passed over.
func (p *Phone) MarkRead(ctx context.Context, ids ...string) error {
	type whose struct{ chat, sender types.JID }
	unread := map[whose][]record{}
	for _, id := range ids {
		if r, ok := p.record(id); ok && !r.FromMe && r.Status != StatusRead {
			w := whose{r.Chat, r.Sender}
			unread[w] = append(unread[w], r)
		}
	}
	var errs []error
	for w, all := range unread {
		stanzas := make([]types.MessageID, len(all))
		for i, r := range all {
			stanzas[i] = r.Stanza
		}
		for part := range slices.Chunk(stanzas, maxReceipt) {
			if err := p.cli.MarkRead(ctx, part, time.Now(), w.chat, w.sender); err != nil {
				return fmt.Errorf("mark %d messages as read: %w", len(part), err)
			}
		}
		for _, r := range all {
			errs = append(errs, p.update(ctx, r.ID, "status", func(r *record) bool { r.Status = StatusRead; return true }))
		}
	}
	return errors.Join(errs...)
}

// Typing shows or hides "typing" in a chat: a number, or the id of a chat.
func (p *Phone) Typing(ctx context.Context, chat string, on bool) error {
	to, err := p.address(chat)
	if err != nil {
		return err
	}
	state := types.ChatPresencePaused
	if on {
		state = types.ChatPresenceComposing
	}
	if err := p.cli.SendChatPresence(ctx, to, state, types.ChatPresenceMediaText); err != nil {
		return fmt.Errorf("typing: %w", err)
	}
	return nil
}

func (p *Phone) close() {
	p.untap()
	p.cli.Disconnect()
	p.linking.Lock()
	defer p.linking.Unlock()
	if p.web != nil {
		p.web.Disconnect()
	}
}
