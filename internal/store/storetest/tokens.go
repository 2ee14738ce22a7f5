package storetest

import (
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

func tokens() []testCase {
	return []testCase{
		{"each token opens its channel", tokensOpen},
		{"tokens are listed in the order of their making, admin tokens apart", tokensInOrder},
		{"a taken token is a conflict", tokenConflicts},
		{"a replaced token expires, but not later than it would have", tokenReplaced},
		{"a removed token opens nothing, and nobody removes another channel's", tokenRemoved},
	}
}

func tokensOpen(f *fixture) {
	a, b := f.channel(), f.channel() // with token 1 and 2
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "x", Channel: a}, token(11)))
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "y"}, token(12)))
	for n, want := range map[int]id.Channel{1: a, 11: a, 2: b, 12: ""} {
		got, err := f.s.Token(f.ctx, token(n))
		f.must(err)
		f.same("channel of the token", want, got.Channel)
	}
	_, err := f.s.Token(f.ctx, token(13))
	f.kind("an unknown token", err, fault.NotFound)
	f.kind("a token of no channel", f.s.AddToken(f.ctx, channel.Token{ID: "z", Channel: "NONE"}, token(14)), fault.NotFound)
}

func tokensInOrder(f *fixture) {
	a := f.channel() // with its first token
	for i, name := range []string{"z", "a", "m"} {
		f.must(f.s.AddToken(f.ctx, channel.Token{ID: name, Channel: a, CreatedAt: at(0)}, token(10+i)))
	}
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "boss"}, token(20)))
	f.same("tokens of the channel", []string{"z", "a", "m"}, f.tokens(a)[1:])
	f.same("admin tokens", []string{"boss"}, f.tokens(""))
	list, err := f.s.Tokens(f.ctx, a)
	f.must(err)
	f.same("scopes of the first", channel.Scopes(), list[0].Scopes)
}

// tokens lists the ids of a channel's tokens.
func (f *fixture) tokens(ch id.Channel) (ids []string) {
	f.Helper()
	list, err := f.s.Tokens(f.ctx, ch)
	f.must(err)
	for _, k := range list {
		ids = append(ids, k.ID)
	}
	return ids
}

func tokenConflicts(f *fixture) {
	a := f.channel() // with token 1
	f.kind("the same token", f.s.AddToken(f.ctx, channel.Token{ID: "x", Channel: a}, token(1)), fault.Conflict)
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "x", Channel: a}, token(10)))
	f.kind("the same id", f.s.AddToken(f.ctx, channel.Token{ID: "x", Channel: a}, token(11)), fault.Conflict)
	f.kind("a replacement by a taken one", f.s.ReplaceToken(f.ctx, "x", at(5), channel.Token{ID: "y", Channel: a}, token(1)), fault.Conflict)
	got, err := f.s.Token(f.ctx, token(10))
	f.must(err)
	f.same("end of the token that was not replaced", true, got.ExpiresAt.IsZero())
}

func tokenReplaced(f *fixture) {
	a, b := f.channel(), f.channel()
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "old", Channel: a}, token(10)))
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "short", Channel: a, ExpiresAt: at(3)}, token(11)))
	f.must(f.s.ReplaceToken(f.ctx, "old", at(5), channel.Token{ID: "new", Channel: a}, token(12)))
	f.must(f.s.ReplaceToken(f.ctx, "short", at(5), channel.Token{ID: "newer", Channel: a}, token(13)))
	for n, want := range map[int]channel.Token{
		10: {ID: "old", Channel: a, ExpiresAt: at(5)}, 11: {ID: "short", Channel: a, ExpiresAt: at(3)}, 12: {ID: "new", Channel: a},
	} {
		got, err := f.s.Token(f.ctx, token(n))
		f.must(err)
		f.same("token", want, got)
	}
	f.kind("a replacement of another channel's", f.s.ReplaceToken(f.ctx, "new", at(5), channel.Token{ID: "q", Channel: b}, token(14)), fault.NotFound)
	_, err := f.s.Token(f.ctx, token(14))
	f.kind("the replacement that failed", err, fault.NotFound)
}

func tokenRemoved(f *fixture) {
	a, b := f.channel(), f.channel()
	f.must(f.s.AddToken(f.ctx, channel.Token{ID: "x", Channel: a}, token(10)))
	f.kind("another channel's", f.s.RemoveToken(f.ctx, b, "x"), fault.NotFound)
	f.kind("as an admin token", f.s.RemoveToken(f.ctx, "", "x"), fault.NotFound)
	f.must(f.s.RemoveToken(f.ctx, a, "x"))
	_, err := f.s.Token(f.ctx, token(10))
	f.kind("the removed token", err, fault.NotFound)
	f.kind("once more", f.s.RemoveToken(f.ctx, a, "x"), fault.NotFound)
}
