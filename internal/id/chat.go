package id

import (
	"errors"
	"strings"
)

// User is a WhatsApp account as people know it: digits of an international phone number, without
// a plus sign, 1 to 20 of them. The empty User means "nobody named".
type User string

// Valid reports whether u consists of 1 to 20 digits.
func (u User) Valid() bool { return len(u) <= 20 && isDigits(string(u)) }

// Private returns the one-to-one chat with u.
func (u User) Private() Chat { return Chat{User: string(u), Server: Private} }

// Server is the part of a chat id behind the "@": it says what kind of chat it is.
type Server string

// The servers that occur in chat ids. Hidden is the form WhatsApp uses inside (LID); it reaches a
// program only when the phone number behind it is unknown.
const (
	Private    Server = "s.whatsapp.net"
	Group      Server = "g.us"
	Hidden     Server = "lid"
	Newsletter Server = "newsletter"
	Broadcast  Server = "broadcast"
)

// Chat is a conversation: a private chat, a group, or one of the rarer kinds. It is comparable.
type Chat struct {
	User   string
	Server Server
}

// ErrChat says that a text is not the id of a chat.
var ErrChat = errors.New("not a chat id: want 7 to 31 digits, optionally followed by @s.whatsapp.net, @g.us, @lid, @newsletter or @c.us")

// ParseChat reads a chat id. Bare digits mean a private chat; the old suffix @c.us is read as
// @s.whatsapp.net; "digits-digits" is accepted for groups made before 2021. It returns ErrChat
// for anything else.
func ParseChat(s string) (Chat, error) {
	user, server, suffixed := strings.Cut(s, "@")
	if !suffixed {
		server = string(Private)
		if strings.Contains(user, "-") {
			server = string(Group)
		}
	}
	if server == "c.us" {
		server = string(Private)
	}
	c := Chat{User: user, Server: Server(server)}
	if !c.valid() {
		return Chat{}, ErrChat
	}
	return c, nil
}

func (c Chat) valid() bool {
	if len(c.User) > 31 {
		return false
	}
	switch c.Server {
	case Private, Hidden:
		return len(c.User) >= 7 && len(c.User) <= 20 && isDigits(c.User)
	case Group:
		a, b, old := strings.Cut(c.User, "-")
		return isDigits(a) && (!old || isDigits(b))
	case Newsletter:
		return isDigits(c.User)
	case Broadcast:
		return c.User == "status" || isDigits(c.User)
	}
	return false
}

// String returns the full form, such as 61371989950@s.whatsapp.net. The zero Chat is "".
func (c Chat) String() string {
	if c.IsZero() {
		return ""
	}
	return c.User + "@" + string(c.Server)
}

// IsZero reports whether c names no chat.
func (c Chat) IsZero() bool { return c == Chat{} }

// IsGroup reports whether c is a group.
func (c Chat) IsGroup() bool { return c.Server == Group }

func isDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
