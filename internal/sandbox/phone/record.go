package phone

import (
	"slices"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
)

// record is a message as it came over the wire, and what happened to it on this phone. What is drawn of it is
// told from raw and node each time somebody looks.
type record struct {
	// ID is the gateway's id, Peer the conversation on this phone, From the sender's number.
	ID   string `json:"id"`
	Peer string `json:"peer"`
	From string `json:"from"`
	// Stanza, Chat and Sender are WhatsApp's own, in the addressing of the wire.
	Stanza string    `json:"stanza"`
	Chat   types.JID `json:"chat"`
	Sender types.JID `json:"sender"`

	FromMe    bool       `json:"from_me"`
	At        time.Time  `json:"at"`
	Retry     int        `json:"retry,omitempty"`
	Status    string     `json:"status,omitempty"`
	Pressed   []pressed  `json:"pressed,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
	Ballots   []Ballot   `json:"ballots,omitempty"`
	Deleted   bool       `json:"deleted,omitempty"`
	Edited    bool       `json:"edited,omitempty"`
	Target    string     `json:"target,omitempty"` // of a reaction, edit or revoke that found no message

	raw  *waE2E.Message
	node *waBinary.Node // what the stanza said about the message: biz and bot nodes only
}

// pressed is a button or row (Button -1) that was pressed here.
type pressed struct {
	Card   int    `json:"card"`
	Button int    `json:"button"`
	ID     string `json:"id"`
}

func (r *record) group() bool { return r.Chat.Server == types.GroupServer }

// message draws the record for a platform.
func (r *record) message(platform Platform) Message {
	d := Draw(r.raw, r.node, platform, r.group())
	m := Message{
		ID: r.ID, Chat: r.Peer, From: r.From, Timestamp: r.At.Unix(), FromMe: r.FromMe,
		Content: d.Content, Drawn: d.Drawn, Warnings: d.Warnings, Notes: d.Notes,
		Status: r.Status, Reactions: slices.Clone(r.Reactions), Ballots: slices.Clone(r.Ballots), Deleted: r.Deleted, Edited: r.Edited,
		Biz: readBiz(r.node).String(), RetryCount: r.Retry,
	}
	if r.Target != "" {
		m.Drawn = false
		m.Warnings = append(m.Warnings, "the message it belongs to is not on this phone")
	}
	m.remark()
	for _, p := range r.Pressed {
		m.Pressed = append(m.Pressed, p.ID)
		if b := m.button(p.Card, p.Button); b != nil && b.Kind == ButtonQuickReply {
			b.Pressed, b.Tappable = true, false
		}
	}
	return m
}

// edit puts new content in place of the old, inside the same message context. What was pressed belonged to the
// old content: the new buttons can be pressed.
func (r *record) edit(content *waE2E.Message) {
	r.Edited = true
	m := proto.CloneOf(content)
	if m == nil {
		return
	}
	if m.MessageContextInfo == nil {
		m.MessageContextInfo = unwrap(r.raw).context
	}
	r.raw, r.Pressed = m, nil
}

// remark says what nobody knows of an edit that brings buttons.
func (m *Message) remark() {
	if m.Edited && (m.Kind == KindButtons || m.Kind == KindList || m.Kind == KindCarousel) {
		m.Notes = append(m.Notes, "an edited message with buttons has not been measured on official clients")
	}
}

func (m *Message) button(card, index int) *Button {
	buttons := m.Buttons
	if card >= 0 {
		if card >= len(m.Cards) {
			return nil
		}
		buttons = m.Cards[card].Buttons
	}
	if index < 0 || index >= len(buttons) {
		return nil
	}
	return &buttons[index]
}

// view says how ids are written for one phone: as the gateway of the business in the conversation shows them.
type view struct {
	self     string
	customer bool                     // the phone is a customer's
	known    func(number string) bool // reports whether a number is a customer's
}

// id is the id that the gateway's API shows for a message. Peer is the conversation on this phone.
func (v view) id(stanza string, peer id.Chat, from string) string {
	m := id.Message{Stanza: stanza, Chat: peer, FromMe: from == v.self}
	switch {
	case peer.IsGroup():
		if v.customer {
			m.FromMe = !v.known(from)
		}
		if !m.FromMe {
			m.Participant = id.User(from)
		}
	case v.customer && !v.known(peer.User):
		m.Chat, m.FromMe = id.User(v.self).Private(), from != v.self
	}
	return m.String()
}

// rank orders the states of an own message: a later receipt never takes a tick away.
func rank(status string) int {
	return slices.Index([]string{StatusFailed, StatusPending, StatusSent, StatusDelivered, StatusRead, StatusPlayed}, status)
}

// reacted puts somebody's reaction in place of the one before; no emoji takes it away.
func reacted(all []Reaction, from, emoji string) []Reaction {
	all = slices.DeleteFunc(slices.Clone(all), func(r Reaction) bool { return r.From == from })
	if emoji != "" {
		all = append(all, Reaction{From: from, Emoji: emoji})
	}
	return all
}
