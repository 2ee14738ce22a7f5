package store

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// TokenHash is the SHA-256 of an API token. Tokens themselves are never stored.
type TokenHash [32]byte

// Tokens keeps what is known of API tokens. Those without a channel are admin tokens. A token that
// has expired is kept until it is removed; whoever asks looks at the time.
type Tokens interface {
	// AddToken adds a token. The error is of kind fault.Conflict when its id or its hash is taken.
	AddToken(ctx context.Context, t channel.Token, hash TokenHash) error
	// Token returns the token with this hash.
	Token(ctx context.Context, hash TokenHash) (channel.Token, error)
	// Tokens returns the tokens of a channel, or with "" the admin tokens, oldest first.
	Tokens(ctx context.Context, ch id.Channel) ([]channel.Token, error)
	// ReplaceToken adds a token and has another one of the same channel, or another admin token,
	// expire at until, unless it expires before.
	ReplaceToken(ctx context.Context, old string, until time.Time, t channel.Token, hash TokenHash) error
	// RemoveToken removes a token of a channel, or with "" an admin token.
	RemoveToken(ctx context.Context, ch id.Channel, token string) error
}
