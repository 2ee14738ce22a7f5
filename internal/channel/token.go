package channel

import (
	"slices"
	"time"

	"tapgate/internal/id"
)

// Scope is something that a token allows.
type Scope string

// The scopes of a channel's token.
const (
	Send      Scope = "send"     // send messages, upload files, change what is on WhatsApp
	Read      Scope = "read"     // read messages, files and the state of the channel
	Configure Scope = "settings" // read and change settings and webhooks
	Admin     Scope = "admin"    // pair, unpair, and manage the channel's tokens
)

// Scopes returns all scopes of a channel's token.
func Scopes() []Scope { return []Scope{Send, Read, Configure, Admin} }

// Token is what is known of an API token: everything but the token itself.
type Token struct {
	// ID is its public name, within the whole gateway.
	ID string
	// Channel is what it opens; "" for an admin token, which opens all of them.
	Channel id.Channel
	// Name is what the operator calls it.
	Name   string
	Scopes []Scope
	// CreatedAt is when it was made; zero when that is not known.
	CreatedAt time.Time
	// ExpiresAt is when it ceases to work; zero for never.
	ExpiresAt time.Time
}

// Allows reports whether the token has a scope.
func (t Token) Allows(s Scope) bool { return slices.Contains(t.Scopes, s) }

// Expired reports whether the token has ceased to work.
func (t Token) Expired(now time.Time) bool { return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) }
