package whapi

import (
	"strconv"
	"strings"
	"time"

	"tapgate/internal/channel"
)

// NewToken is what a request to make a token asks for.
type NewToken struct {
	Name      string
	Scopes    []channel.Scope
	ExpiresAt time.Time // zero for never
}

// DecodeNewToken reads the body of a request to make a token.
func DecodeNewToken(b Body) (NewToken, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return NewToken{}, err
	}
	n := NewToken{Name: o.text("name")}
	for i, raw := range o.list("scopes") {
		n.Scopes = append(n.Scopes, channel.Scope(o.in.text(o.at("scopes")+"/"+strconv.Itoa(i), raw)))
	}
	const year9999 = 253402300799
	if at, ok := o.number("expires_at", 1, year9999); ok {
		n.ExpiresAt = time.Unix(int64(at), 0)
	}
	return n, o.in.err()
}

// DecodeTokenRotation reads the body of a request to put another token into the place of one: for how long
// the old one works on.
func DecodeTokenRotation(b Body) (overlap time.Duration, err error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return 0, err
	}
	const month = 30 * 24 * 3600
	if s, ok := o.number("overlap", 0, month); ok {
		overlap = time.Duration(s * float64(time.Second))
	}
	return overlap, o.in.err()
}

type tokenJSON struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	CreatedAt int64    `json:"created_at,omitempty"`
	ExpiresAt int64    `json:"expires_at,omitempty"`
	Expired   bool     `json:"expired"`
}

func encodeToken(t channel.Token, now time.Time) tokenJSON {
	out := tokenJSON{
		ID: t.ID, Name: t.Name, Scopes: []string{},
		CreatedAt: seconds(t.CreatedAt), ExpiresAt: seconds(t.ExpiresAt), Expired: t.Expired(now),
	}
	for _, s := range t.Scopes {
		out.Scopes = append(out.Scopes, string(s))
	}
	if t.Channel == "" {
		out.Scopes = append(out.Scopes, "everything")
	}
	return out
}

// EncodeTokens is the answer to a request for a list of tokens. None of them tells the token itself.
func EncodeTokens(list []channel.Token, now time.Time) ([]byte, error) {
	all := make([]tokenJSON, len(list))
	for i, t := range list {
		all[i] = encodeToken(t, now)
	}
	return encode(fields{{"tokens", all}})
}

// EncodeNewToken is the answer to a request to make a token, the only time that it is told.
func EncodeNewToken(t channel.Token, secret string, now time.Time) ([]byte, error) {
	return encode(fields{{"id", t.ID}, {"token", secret}, {"details", encodeToken(t, now)}})
}

// Scopes names scopes as people read them.
func Scopes(list []channel.Scope) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}
