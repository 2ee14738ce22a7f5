package phone

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
)

// Compose is what a person writes on a phone. Exactly one of the contents is set: Text, React, Edit (with
// Text), Delete, Media, Location, Contact or Vote.
type Compose struct {
	// To is a number or the id of a group; "" means the business number of the newest message, or the only one.
	To   string `json:"to,omitempty"`
	Text string `json:"text,omitempty"`
	// Quote is the id of a message of the same chat that this one answers.
	Quote string `json:"quote,omitempty"`
	// React puts an emoji on a message.
	React *Reaction `json:"react,omitempty"`
	// Edit is the id of an own message that gets Text as its new text.
	Edit string `json:"edit,omitempty"`
	// Delete is the id of an own message that is deleted for everyone.
	Delete string `json:"delete,omitempty"`

	Media    []byte `json:"media,omitempty"`
	Mime     string `json:"mime_type,omitempty"`
	Caption  string `json:"caption,omitempty"`
	FileName string `json:"file_name,omitempty"`

	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Vote     *Vote     `json:"vote,omitempty"`
}

// Vote chooses options of a poll, by their text.
type Vote struct {
	MessageID string   `json:"message_id"`
	Options   []string `json:"options"`
}

// Send writes what c says, from the client of the phone's platform. It returns the id of the message that left;
// for a reaction, an edit, a deletion or a vote that is the id of that stanza. It returns ErrNoMessage for
// ids that the phone does not hold, and *Refused for what can't be done.
func (p *Phone) Send(ctx context.Context, c Compose) (messageID string, err error) {
	switch {
	case c.React != nil:
		return p.react(ctx, *c.React)
	case c.Delete != "":
		return p.revoke(ctx, c.Delete)
	case c.Edit != "":
		return p.edit(ctx, c.Edit, c.Text)
	case c.Vote != nil:
		return p.vote(ctx, *c.Vote)
	}
	to, err := p.recipient(c)
	if err != nil {
		return "", err
	}
	info, err := p.quoteInfo(c.Quote)
	if err != nil {
		return "", err
	}
	m, err := p.content(ctx, c, info)
	if err != nil {
		return "", err
	}
	return p.send(ctx, p.Platform(), to, m)
}

// Relay sends a message as it is written, from the client of the phone's platform: a program can try what other
// clients send. It returns the id of the message that left.
func (p *Phone) Relay(ctx context.Context, to string, m *waE2E.Message) (messageID string, err error) {
	chat, err := p.address(to)
	if err != nil {
		return "", err
	}
	return p.send(ctx, p.Platform(), chat, proto.CloneOf(m))
}

func (p *Phone) content(ctx context.Context, c Compose, info *waE2E.ContextInfo) (*waE2E.Message, error) {
	switch {
	case len(c.Media) > 0:
		return p.mediaContent(ctx, c, info)
	case c.Location != nil:
		return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
			DegreesLatitude: &c.Location.Latitude, DegreesLongitude: &c.Location.Longitude,
			Name: optional(c.Location.Name), Address: optional(c.Location.Address), ContextInfo: info,
		}}, nil
	case c.Contact != nil:
		return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{
			DisplayName: &c.Contact.Name, Vcard: proto.String(vcard(*c.Contact)), ContextInfo: info,
		}}, nil
	case c.Text == "":
		return nil, refuse("there is nothing to send")
	case info != nil:
		return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &c.Text, ContextInfo: info}}, nil
	}
	return &waE2E.Message{Conversation: &c.Text}, nil
}

func (p *Phone) quoteInfo(quote string) (*waE2E.ContextInfo, error) {
	if quote == "" {
		return nil, nil
	}
	r, ok := p.record(quote)
	if !ok {
		return nil, ErrNoMessage
	}
	return contextOf(r), nil
}

func (p *Phone) react(ctx context.Context, c Reaction) (string, error) {
	r, ok := p.record(c.MessageID)
	if !ok {
		return "", ErrNoMessage
	}
	sent, err := p.sendAbout(ctx, r, p.cli.BuildReaction(r.Chat, r.Sender, r.Stanza, c.Emoji))
	if err != nil {
		return "", err
	}
	return sent, p.update(ctx, r.ID, "message", func(r *record) bool {
		r.Reactions = reacted(r.Reactions, p.number, c.Emoji)
		return true
	})
}

func (p *Phone) revoke(ctx context.Context, messageID string) (string, error) {
	r, err := p.ownMessage(messageID)
	if err != nil {
		return "", err
	}
	sent, err := p.sendAbout(ctx, r, p.cli.BuildRevoke(r.Chat, types.EmptyJID, r.Stanza))
	if err != nil {
		return "", err
	}
	return sent, p.update(ctx, r.ID, "message", func(r *record) bool { r.Deleted = true; return true })
}

func (p *Phone) edit(ctx context.Context, messageID, text string) (string, error) {
	r, err := p.ownMessage(messageID)
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", refuse("there is no new text")
	}
	if kind := Draw(r.raw, r.node, Android, r.group()).Kind; kind != KindText {
		return "", refuse("a %s can't be edited: only texts", kind)
	}
	if time.Since(r.At) > whatsmeow.EditWindow {
		return "", refuse("a message can be edited for %s", whatsmeow.EditWindow)
	}
	content := &waE2E.Message{Conversation: &text}
	sent, err := p.sendAbout(ctx, r, p.cli.BuildEdit(r.Chat, r.Stanza, content))
	if err != nil {
		return "", err
	}
	return sent, p.update(ctx, r.ID, "message", func(r *record) bool {
		r.edit(content)
		return true
	})
}

func (p *Phone) ownMessage(messageID string) (record, error) {
	r, ok := p.record(messageID)
	switch {
	case !ok:
		return record{}, ErrNoMessage
	case !r.FromMe:
		return record{}, refuse("this is not an own message")
	case r.Deleted:
		return record{}, refuse("the message was deleted")
	}
	return r, nil
}

// sendAbout sends a message that changes another one and has no bubble of its own.
func (p *Phone) sendAbout(ctx context.Context, r record, m *waE2E.Message) (string, error) {
	platform := p.Platform()
	cli, err := p.client(ctx, platform)
	if err != nil {
		return "", err
	}
	stanza := stanzaID(platform)
	if _, err := cli.sendMessage(ctx, r.Chat, m, stanza); err != nil {
		return "", sendError(err)
	}
	return p.idOf(stanza, p.peer(r.Chat), p.number), nil
}

// send keeps an own message, and then sends it from the client of the platform.
func (p *Phone) send(ctx context.Context, platform Platform, to types.JID, m *waE2E.Message) (messageID string, err error) {
	cli, err := p.client(ctx, platform) // first: a message is not kept where no client can send it
	if err != nil {
		return "", err
	}
	m.MessageContextInfo = &waE2E.MessageContextInfo{MessageSecret: randomBytes(32)}
	peer, stanza := p.peer(to), stanzaID(platform)
	r := record{
		ID: p.idOf(stanza, peer, p.number), Peer: peer.String(), From: p.number, Stanza: stanza, Chat: to,
		Sender: p.account.PN, FromMe: true, At: time.Now(), Status: StatusPending, raw: m,
	}
	kept := r
	if err := p.add(ctx, &kept); err != nil {
		return "", err
	}
	if err := p.transmit(ctx, cli, r); err != nil {
		return "", err
	}
	return r.ID, nil
}

// transmit sends a message that is kept already, under its id. Without a connection it waits for the next one.
func (p *Phone) transmit(ctx context.Context, cli *client, r record) error {
	if !p.leave(r.ID) {
		return nil // it is on its way
	}
	defer p.left(r.ID)
	out, err := leaving(r.raw)
	if err != nil {
		return err
	}
	response, err := cli.sendMessage(ctx, r.Chat, out, r.Stanza)
	if errors.Is(err, whatsmeow.ErrNotConnected) {
		return nil
	}
	written := p.update(p.book.life, r.ID, "status", func(r *record) bool {
		if err != nil {
			r.Status = StatusFailed
			return true
		}
		r.At = response.Timestamp
		if rank(r.Status) < rank(StatusSent) { // a receipt may have been faster
			r.Status = StatusSent
		}
		return true
	})
	if err != nil {
		return sendError(err)
	}
	return written
}

// leave notes that a message is being sent; false means that it is already, or was.
func (p *Phone) leave(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, ok := p.byID[id]; p.leaving[id] || ok && r.Status != StatusPending {
		return false
	}
	p.leaving[id] = true
	return true
}

func (p *Phone) left(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.leaving, id)
}

// resume sends what was kept and not sent when the connection or the process ended.
func (p *Phone) resume(ctx context.Context) {
	p.mu.Lock()
	var waiting []record
	for _, r := range p.records {
		if r.FromMe && r.Status == StatusPending {
			waiting = append(waiting, *r)
		}
	}
	p.mu.Unlock()
	for _, r := range waiting {
		cli, err := p.client(ctx, platformOf(r.Stanza))
		if err == nil {
			err = p.transmit(ctx, cli, r)
		}
		if err != nil {
			p.log.Warn("kept message not sent", slog.String("message", r.ID), slog.Any("error", err))
		}
	}
}

// sendError says that the server refused, or that nothing left.
func sendError(err error) error {
	if errors.Is(err, whatsmeow.ErrNotConnected) {
		return refuse("the phone is offline")
	}
	if errors.Is(err, whatsmeow.ErrServerReturnedError) {
		return refuse("WhatsApp refused the message: %s", err)
	}
	return fmt.Errorf("send: %w", err)
}

// recipient is where a message goes.
func (p *Phone) recipient(c Compose) (types.JID, error) {
	if c.To != "" {
		return p.address(c.To)
	}
	if r, ok := p.record(c.Quote); ok {
		return p.address(r.Peer)
	}
	if number, ok := p.usualBusiness(); ok {
		return p.address(number)
	}
	return types.EmptyJID, refuse("say to whom: this phone has no message from a business number")
}

// usualBusiness is the business number of the newest message, or the only one of the book.
func (p *Phone) usualBusiness() (string, bool) {
	for _, peer := range p.peersByAge() {
		chat, err := id.ParseChat(peer)
		if err == nil && chat.Server == id.Private && !p.book.isCustomer(chat.User) {
			return chat.User, true
		}
	}
	if all := p.book.Businesses(); len(all) == 1 && all[0] != p {
		return all[0].number, true
	}
	return "", false
}

// peersByAge lists the conversations, that of the newest message first.
func (p *Phone) peersByAge() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, r := range slices.Backward(p.records) {
		if !slices.Contains(out, r.Peer) {
			out = append(out, r.Peer)
		}
	}
	return out
}

// address reads a number or the id of a chat.
func (p *Phone) address(to string) (types.JID, error) {
	chat, err := id.ParseChat(strings.TrimPrefix(to, "+"))
	if err != nil {
		return types.EmptyJID, refuse("%q is no number and no chat", to)
	}
	jid := types.NewJID(chat.User, string(chat.Server))
	if chat.IsGroup() {
		return jid, nil
	}
	if _, ok := p.book.net.AccountByJID(jid); !ok {
		return types.EmptyJID, refuse("%s is not on WhatsApp", to)
	}
	return jid, nil
}

// stanzaID makes a message id of the form that the platform's client is known by.
func stanzaID(platform Platform) types.MessageID {
	prefix, n := "AC", 15
	switch platform {
	case IOS:
		prefix, n = "3A", 9
	case Web:
		prefix, n = "3EB0", 9
	}
	return prefix + strings.ToUpper(hex.EncodeToString(randomBytes(n)))
}

// platformOf tells the client from a message id that stanzaID made.
func platformOf(stanza types.MessageID) Platform {
	switch {
	case strings.HasPrefix(stanza, "3EB0"):
		return Web
	case strings.HasPrefix(stanza, "3A"):
		return IOS
	}
	return Android
}

func vcard(c Contact) string {
	if c.VCard != "" {
		return c.VCard
	}
	number := strings.TrimPrefix(c.Phone, "+")
	return fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nN:;%[1]s;;;\nFN:%[1]s\nTEL;type=CELL;waid=%[2]s:+%[2]s\nEND:VCARD", c.Name, number)
}
