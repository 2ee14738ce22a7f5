package id

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Message identifies one message. Its text form is self-describing, so that a message can be
// read, quoted or deleted by id without a table: segments of unpadded base64 ("+" written as ".",
// "/" as "_") joined by "-".
//
//	1  the bytes of WhatsApp's stanza id, which is hexadecimal
//	2  two bytes of header, then the number of the chat, big-endian without leading zeros
//	3  in a group: the number of the participant who sent it, in the same form
//
// Header, high byte: 0x80 always, 0x40 from us, 0x02 group, 0x10 a participant segment follows.
// The low byte is ours: see the flag constants. This is the encoding that public ids of the
// imitated API show; the meaning of their low byte is unknown.
type Message struct {
	// Stanza is WhatsApp's own id, as its sender chose it. "" when only its digest is known.
	Stanza string
	// Digest is the digest that stands for a stanza id too long for the text form, as bytes. Only
	// ParseMessage sets it, and only when Stanza is "": it keeps the text form of the id whole.
	Digest string
	// Chat is where the message stands.
	Chat Chat
	// FromMe is true for messages the channel's own number sent.
	FromMe bool
	// Participant is who sent it, in a group only, and only when it was not us.
	Participant User
}

const (
	headAlways      = 0x80
	headFromMe      = 0x40
	headParticipant = 0x10
	headGroup       = 0x02
	headKnown       = headAlways | headFromMe | headParticipant | headGroup

	flagHidden     = 0x01 // the chat is known by its LID only
	flagNewsletter = 0x02 // the chat is a newsletter
	flagBroadcast  = 0x04 // the chat is a broadcast list; number 0 is the status list
	flagLower      = 0x08 // the stanza id is hexadecimal in lower case
	flagRaw        = 0x10 // segment 1 holds the stanza id's own characters
	flagDigest     = 0x20 // segment 1 holds a digest: the stanza id can't be told from it
	flagOldGroup   = 0x40 // the group's number has the form creator-time; time is 10 digits
	flagKnown      = flagHidden | flagNewsletter | flagBroadcast | flagLower | flagRaw | flagDigest | flagOldGroup

	maxSegment1 = 22 // bytes; 30 characters, the widest that the dialect's pattern allows
	minSegment1 = 3  // bytes; 4 characters, the narrowest
)

// ErrMessage says that a text is not a message id.
var ErrMessage = errors.New("not a message id")

var tokenEncoding = base64.RawURLEncoding

var encoding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._").
	WithPadding(base64.NoPadding).Strict()

// IsZero reports whether m names no message.
func (m Message) IsZero() bool { return m == Message{} }

// String returns the text form. The zero Message is "".
func (m Message) String() string {
	if m.IsZero() {
		return ""
	}
	seg1, low := packStanza(m.Stanza)
	if m.Stanza == "" && m.Digest != "" {
		seg1, low = []byte(m.Digest), flagDigest
	}
	high := byte(headAlways)
	if m.FromMe {
		high |= headFromMe
	}
	number := m.Chat.User
	switch m.Chat.Server {
	case Group:
		high |= headGroup
		if creator, at, old := strings.Cut(number, "-"); old && len(at) == 10 {
			low |= flagOldGroup
			number = creator + at
		}
	case Hidden:
		low |= flagHidden
	case Newsletter:
		low |= flagNewsletter
	case Broadcast:
		low |= flagBroadcast
	}
	if m.Participant != "" {
		high |= headParticipant
	}
	out := encoding.EncodeToString(seg1) + "-" +
		encoding.EncodeToString(append([]byte{high, low}, packNumber(number)...))
	if m.Participant != "" {
		out += "-" + encoding.EncodeToString(packNumber(string(m.Participant)))
	}
	return out
}

// ParseMessage reads the text form, and String of its result is that text. The error wraps
// ErrMessage. An id that carries only a digest of its stanza id parses with Stanza "" and Digest
// set: it finds the message by its text.
func ParseMessage(s string) (Message, error) {
	parts := strings.Split(s, "-")
	if len(parts) < 2 || len(parts) > 3 || len(s) > 128 {
		return Message{}, fmt.Errorf("%w: %d segments, want 2 or 3", ErrMessage, len(parts))
	}
	raw := make([][]byte, len(parts))
	for i, p := range parts {
		b, err := encoding.DecodeString(p)
		if err != nil {
			return Message{}, fmt.Errorf("%w: segment %d is not base64", ErrMessage, i+1)
		}
		raw[i] = b
	}
	if len(raw[0]) < minSegment1 || len(raw[0]) > maxSegment1 || len(raw[1]) < 3 {
		return Message{}, fmt.Errorf("%w: wrong length", ErrMessage)
	}
	high, low := raw[1][0], raw[1][1]
	if high&headAlways == 0 || high&^headKnown != 0 || (high&headParticipant != 0) != (len(raw) == 3) {
		return Message{}, fmt.Errorf("%w: unknown header", ErrMessage)
	}
	m := Message{FromMe: high&headFromMe != 0, Stanza: unpackStanza(raw[0], low)}
	if low&flagDigest != 0 {
		m.Digest = string(raw[0])
	}
	m.Chat = unpackChat(unpackNumber(raw[1][2:]), high, low)
	if len(raw) == 3 {
		m.Participant = User(unpackNumber(raw[2]))
	}
	if m.String() != s {
		return Message{}, fmt.Errorf("%w: not in canonical form", ErrMessage)
	}
	return m, nil
}

func packStanza(stanza string) (seg []byte, flags byte) {
	b, err := hex.DecodeString(stanza)
	fits := err == nil && len(b) >= minSegment1 && len(b) <= maxSegment1
	switch {
	case fits && stanza == strings.ToUpper(stanza):
		return b, 0
	case fits && stanza == strings.ToLower(stanza):
		return b, flagLower
	case len(stanza) >= minSegment1 && len(stanza) <= maxSegment1:
		return []byte(stanza), flagRaw
	}
	sum := sha256.Sum256([]byte(stanza))
	return sum[:16], flagDigest
}

func unpackStanza(seg []byte, flags byte) string {
	switch {
	case flags&flagDigest != 0:
		return ""
	case flags&flagRaw != 0:
		return string(seg)
	case flags&flagLower != 0:
		return hex.EncodeToString(seg)
	}
	return strings.ToUpper(hex.EncodeToString(seg))
}

func unpackChat(number string, high, low byte) Chat {
	c := Chat{User: number, Server: Private}
	switch {
	case high&headGroup != 0:
		c.Server = Group
		if low&flagOldGroup != 0 && len(number) > 10 {
			c.User = number[:len(number)-10] + "-" + number[len(number)-10:]
		}
	case low&flagHidden != 0:
		c.Server = Hidden
	case low&flagNewsletter != 0:
		c.Server = Newsletter
	case low&flagBroadcast != 0:
		c.Server = Broadcast
		if number == "0" {
			c.User = "status"
		}
	}
	return c
}

func packNumber(digits string) []byte {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok || n.Sign() <= 0 {
		return []byte{0}
	}
	return n.Bytes()
}

func unpackNumber(b []byte) string { return new(big.Int).SetBytes(b).String() }
