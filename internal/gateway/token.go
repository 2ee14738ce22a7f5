package gateway

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// MaxOverlap is how long, at most, a token works on after another one has taken its place.
const MaxOverlap = 30 * 24 * time.Hour

// maxName bounds the names of channels and tokens, in characters.
const maxName = 100

// NewToken says what token to make.
type NewToken struct {
	Name string // what the operator calls it; may be ""
	// Scopes are what it allows; none means all. An admin token has none.
	Scopes []channel.Scope
	// ExpiresAt is when it ceases to work; zero for never.
	ExpiresAt time.Time
	// Token is the token itself; "" makes one of 32 random bytes.
	Token string
}

// Authenticate returns what a token opens. An unknown token, and one that has expired, is a fault of
// kind NotFound, "Channel not found": the dialect knows no other. Tokens are looked up by their
// SHA-256, so how long it takes says nothing about how near a guess came.
func (g *Gateway) Authenticate(ctx context.Context, token string) (channel.Token, error) {
	t, err := g.Store.Token(ctx, hash(token))
	if fault.Is(err, fault.NotFound) || err == nil && t.Expired(g.Now()) {
		return channel.Token{}, errNoChannel()
	}
	return t, stored(err)
}

func hash(token string) store.TokenHash { return sha256.Sum256([]byte(token)) }

// AddToken gives a channel one more token, or with "" makes an admin token, and returns it with the
// token itself, which can't be read again. It works before Start, too.
func (g *Gateway) AddToken(ctx context.Context, ch id.Channel, n NewToken) (channel.Token, string, error) {
	if err := g.checkToken(ch, n); err != nil {
		return channel.Token{}, "", err
	}
	t := channel.Token{
		ID: id.NewTokenID(), Channel: ch, Name: n.Name, Scopes: n.Scopes,
		CreatedAt: g.Now().UTC().Truncate(time.Microsecond), ExpiresAt: n.ExpiresAt.UTC().Truncate(time.Microsecond),
	}
	if n.ExpiresAt.IsZero() {
		t.ExpiresAt = time.Time{}
	}
	if len(t.Scopes) == 0 && ch != "" {
		t.Scopes = channel.Scopes()
	}
	if n.Token == "" {
		n.Token = id.NewToken()
	}
	if err := g.Store.AddToken(ctx, t, hash(n.Token)); err != nil {
		return channel.Token{}, "", noChannel(err)
	}
	return t, n.Token, nil
}

func (g *Gateway) checkToken(ch id.Channel, n NewToken) error {
	var p fault.Problems
	checkName(&p, n.Name)
	known := channel.Scopes()
	for _, s := range n.Scopes {
		if !slices.Contains(known, s) {
			p.Add("/scopes", "must be some of send, read, settings, admin (given: %q)", string(s))
		}
	}
	if ch == "" && len(n.Scopes) > 0 {
		p.Add("/scopes", "must be absent: an admin token may do everything")
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(g.Now()) {
		p.Add("/expires_at", "must be in the future")
	}
	return p.Err()
}

// checkName checks a name of a channel or a token. It stands in lists and logs.
func checkName(p *fault.Problems, name string) {
	if n := utf8.RuneCountInString(name); n > maxName {
		p.Add("/name", "must NOT have more than %d characters (given: %d)", maxName, n)
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		p.Add("/name", "must be printable text")
	}
}

// Tokens lists the tokens of a channel, or with "" the admin tokens, oldest first. They come without
// the tokens themselves, which nobody knows any more.
func (g *Gateway) Tokens(ctx context.Context, ch id.Channel) ([]channel.Token, error) {
	list, err := g.Store.Tokens(ctx, ch)
	return list, stored(err)
}

// RotateToken makes a token with the name and the scopes of another one, which works on for overlap,
// so that programs can be told of the new one meanwhile.
func (g *Gateway) RotateToken(ctx context.Context, ch id.Channel, old string, overlap time.Duration) (channel.Token, string, error) {
	if overlap < 0 || overlap > MaxOverlap {
		var p fault.Problems
		p.Add("/overlap", "must be 0 to %d seconds", int(MaxOverlap.Seconds()))
		return channel.Token{}, "", p.Err()
	}
	list, err := g.Store.Tokens(ctx, ch)
	if err != nil {
		return channel.Token{}, "", stored(err)
	}
	i := slices.IndexFunc(list, func(t channel.Token) bool { return t.ID == old })
	if i < 0 {
		return channel.Token{}, "", errNoToken()
	}
	now := g.Now().UTC().Truncate(time.Microsecond)
	t := list[i]
	if t.Expired(now) {
		return channel.Token{}, "", fault.New(fault.Conflict, "This token has expired; add a new one")
	}
	t.ID, t.CreatedAt, t.ExpiresAt = id.NewTokenID(), now, time.Time{}
	secret := id.NewToken()
	if err := g.Store.ReplaceToken(ctx, old, now.Add(overlap), t, hash(secret)); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = errNoToken()
		}
		return channel.Token{}, "", stored(err)
	}
	return t, secret, nil
}

// RevokeToken ends a token at once.
func (g *Gateway) RevokeToken(ctx context.Context, ch id.Channel, token string) error {
	if err := g.Store.RemoveToken(ctx, ch, token); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = errNoToken()
		}
		return stored(err)
	}
	return nil
}

func errNoToken() error { return fault.New(fault.NotFound, "Token not found") }

// noChannel names what is not there when a row could not be added.
func noChannel(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoChannel()
	}
	return stored(err)
}
