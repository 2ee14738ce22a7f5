package sqlite

import (
	"context"
	"slices"
	"sync"

	"tapgate/internal/channel"
	"tapgate/internal/store"
)

// rememberedTokens bounds the tokens that are kept in memory, a few hundred bytes each.
const rememberedTokens = 1024

// knownTokens spares looking up, with each request, the token that it came with. Nothing is remembered
// over a change of any token: whoever asks after the change was made asks the database.
type knownTokens struct {
	mu    sync.Mutex
	known map[store.TokenHash]channel.Token
	// changing counts changes under way, changes those that have begun or ended.
	changing int
	changes  uint64
}

// get returns a token. If it is not known, asked is what fill wants to see.
func (k *knownTokens) get(hash store.TokenHash) (t channel.Token, ok bool, asked uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok = k.known[hash]
	return t, ok, k.changes
}

// fill remembers a token that was read after get.
func (k *knownTokens) fill(hash store.TokenHash, t channel.Token, asked uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes != asked || k.changing > 0 {
		return
	}
	if k.known == nil || len(k.known) >= rememberedTokens {
		k.known = map[store.TokenHash]channel.Token{}
	}
	t.Scopes = slices.Clone(t.Scopes) // the caller has the other
	k.known[hash] = t
}

func (k *knownTokens) change(by int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changing += by
	k.changes++
	clear(k.known)
}

// writeTokens is write for what changes tokens.
func (s *Store) writeTokens(ctx context.Context, do func(*tx) error) error {
	s.tokens.change(1)
	defer s.tokens.change(-1)
	return s.write(ctx, do)
}
