package meow

import (
	"context"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// rememberedTokens bounds the privacy tokens that are kept in memory for each device, below a hundred
// bytes each.
const rememberedTokens = 1024

// privacy is what the library asks for with each message: the token that a contact gave us, and the
// salt from which one is made for those who gave none.
type privacy struct {
	tokens *memory[store.PrivacyToken]
	salt   *memory[[]byte]
}

func newPrivacy() privacy {
	return privacy{newMemory[store.PrivacyToken](rememberedTokens), newMemory[[]byte](1)}
}

// GetPrivacyToken implements store.PrivacyTokenStore. That there is none is not remembered: one that was
// stored under a contact's other number counts as soon as somebody learns that they belong together.
func (k *keyring) GetPrivacyToken(ctx context.Context, user types.JID) (*store.PrivacyToken, error) {
	key := user.ToNonAD().String()
	t, ok, asked := k.privacy.tokens.get(key)
	if ok {
		return &t, nil // the caller's own, who may change it
	}
	found, err := k.AllSessionSpecificStores.GetPrivacyToken(ctx, user)
	if err == nil && found != nil && k.of(ctx) == nil {
		t = *found
		t.Token = slices.Clone(t.Token)
		k.privacy.tokens.fill(key, t, asked)
	}
	return found, err
}

// PutPrivacyTokens implements store.PrivacyTokenStore. A token counts for both numbers of a contact.
func (k *keyring) PutPrivacyTokens(ctx context.Context, tokens ...store.PrivacyToken) error {
	defer k.disturbed(ctx, k.privacy.tokens.sweep())()
	return k.AllSessionSpecificStores.PutPrivacyTokens(ctx, tokens...)
}

// DeleteExpiredPrivacyTokens implements store.PrivacyTokenStore.
func (k *keyring) DeleteExpiredPrivacyTokens(ctx context.Context, cutoff time.Time) (int64, error) {
	defer k.disturbed(ctx, k.privacy.tokens.sweep())()
	return k.AllSessionSpecificStores.DeleteExpiredPrivacyTokens(ctx, cutoff)
}

// GetNCTSalt implements store.NCTSaltStore.
func (k *keyring) GetNCTSalt(ctx context.Context) ([]byte, error) {
	salt, ok, asked := k.privacy.salt.get("")
	if ok {
		return salt, nil
	}
	salt, err := k.AllSessionSpecificStores.GetNCTSalt(ctx)
	if err == nil && k.of(ctx) == nil {
		k.privacy.salt.fill("", salt, asked)
	}
	return salt, err
}

// PutNCTSalt implements store.NCTSaltStore.
func (k *keyring) PutNCTSalt(ctx context.Context, salt []byte) error {
	defer k.disturbed(ctx, k.privacy.salt.sweep())()
	return k.AllSessionSpecificStores.PutNCTSalt(ctx, salt)
}

// DeleteNCTSalt implements store.NCTSaltStore.
func (k *keyring) DeleteNCTSalt(ctx context.Context) error {
	defer k.disturbed(ctx, k.privacy.salt.sweep())()
	return k.AllSessionSpecificStores.DeleteNCTSalt(ctx)
}

// disturbed returns what ends the sweep of a memory after a write. In a transaction that is its end, when
// what was written counts.
func (k *keyring) disturbed(ctx context.Context, end func()) func() {
	t := k.of(ctx)
	if t == nil {
		return end
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.swept = append(t.swept, end)
	return func() {}
}
