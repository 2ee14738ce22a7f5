package meow

import (
	"bytes"
	"context"
	"sync"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

const (
	// rememberedSessions bounds the Signal sessions that are kept in memory for each device. One
	// takes one to three kilobytes.
	rememberedSessions = 256
	// rememberedIdentities bounds the keys of others that are kept, 32 bytes each.
	rememberedIdentities = 4096
)

// keyring is a device's Signal sessions and the keys of those it speaks to. It writes through: a call
// returns when the database has it. What it remembers spares most reads, and the writes that would
// change nothing: the library stores a contact's key with every message.
type keyring struct {
	store.AllSessionSpecificStores
	sessions   *memory[[]byte] // nil stands for no session
	identities *memory[[32]byte]
	privacy    privacy
	migrated   sync.Map // of phone numbers in the form of Signal addresses
}

var _ store.AllSessionSpecificStores = (*keyring)(nil)

func newKeyring(s store.AllSessionSpecificStores) *keyring {
	return &keyring{
		AllSessionSpecificStores: s,
		sessions:                 newMemory[[]byte](rememberedSessions),
		identities:               newMemory[[32]byte](rememberedIdentities),
		privacy:                  newPrivacy(),
	}
}

// transaction is what was written in a transaction of the database. Only those in it see it; the
// memory learns of it when it is committed.
type transaction struct {
	ring *keyring
	mu   sync.Mutex
	// sessions and identities are the last values written. Their keys are all between begin and
	// end in the memory.
	sessions   map[string][]byte
	identities map[string][32]byte
	// unsure says that the values may not be what the database holds.
	unsure bool
	swept  []func()
}

type transactionKey struct{}

// of returns the transaction that a call is in, nil when it is in none of this keyring.
func (k *keyring) of(ctx context.Context) *transaction {
	if t, _ := ctx.Value(transactionKey{}).(*transaction); t != nil && t.ring == k {
		return t
	}
	return nil
}

// DoDecryptionTxn implements store.EventBuffer.
func (k *keyring) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if k.of(ctx) != nil {
		return k.AllSessionSpecificStores.DoDecryptionTxn(ctx, fn)
	}
	t := &transaction{ring: k, sessions: map[string][]byte{}, identities: map[string][32]byte{}}
	committed := false
	defer func() { t.end(committed) }() // also after a panic
	err := k.AllSessionSpecificStores.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		return fn(context.WithValue(ctx, transactionKey{}, t))
	})
	committed = err == nil
	return err
}

// end tells the memory how the transaction ended.
func (t *transaction) end(committed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, v := range t.sessions {
		t.ring.sessions.end(key, v, committed && !t.unsure)
	}
	for key, v := range t.identities {
		t.ring.identities.end(key, v, committed && !t.unsure)
	}
	for _, end := range t.swept {
		end()
	}
}

// written returns the value that was written in the transaction; known is false when the database
// has to be asked.
func written[V any](t *transaction, values map[string]V, key string) (v V, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, known = values[key]
	return v, known && !t.unsure
}

// write writes a value in the transaction.
func write[V any](t *transaction, m *memory[V], values map[string]V, key string, v V, do func() error) error {
	t.mu.Lock()
	if _, begun := values[key]; !begun {
		m.begin(key)
	}
	values[key] = v
	t.mu.Unlock()
	err := do()
	if err != nil {
		t.doubt()
	}
	return err
}

func (t *transaction) doubt(swept ...func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsure = true
	t.swept = append(t.swept, swept...)
}

// GetSession implements store.SessionStore.
func (k *keyring) GetSession(ctx context.Context, address string) ([]byte, error) {
	if t := k.of(ctx); t != nil {
		if v, known := written(t, t.sessions, address); known {
			return v, nil
		}
	}
	v, ok, asked := k.sessions.get(address)
	if ok {
		return v, nil
	}
	v, err := k.AllSessionSpecificStores.GetSession(ctx, address)
	if err == nil {
		k.sessions.fill(address, v, asked)
	}
	return v, err
}

// HasSession implements store.SessionStore.
func (k *keyring) HasSession(ctx context.Context, address string) (bool, error) {
	v, err := k.GetSession(ctx, address)
	return v != nil, err
}

// GetManySessions implements store.SessionStore.
func (k *keyring) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if k.of(ctx) != nil || len(addresses) == 0 {
		return k.AllSessionSpecificStores.GetManySessions(ctx, addresses)
	}
	all := make(map[string][]byte, len(addresses))
	var unknown []string
	var asked uint64
	for _, a := range addresses {
		v, ok, now := k.sessions.get(a)
		if ok {
			all[a] = v
			continue
		}
		if unknown = append(unknown, a); len(unknown) == 1 {
			asked = now
		}
	}
	if len(unknown) == 0 {
		return all, nil
	}
	found, err := k.AllSessionSpecificStores.GetManySessions(ctx, unknown)
	if err != nil {
		return nil, err
	}
	for _, a := range unknown {
		all[a] = found[a]
		k.sessions.fill(a, found[a], asked)
	}
	return all, nil
}

// PutSession implements store.SessionStore.
func (k *keyring) PutSession(ctx context.Context, address string, session []byte) error {
	put := func() error { return k.AllSessionSpecificStores.PutSession(ctx, address, session) }
	if t := k.of(ctx); t != nil {
		return write(t, k.sessions, t.sessions, address, session, put)
	}
	k.sessions.begin(address)
	err := put()
	k.sessions.end(address, session, err == nil)
	return err
}

// PutManySessions implements store.SessionStore. A single one needs no transaction.
func (k *keyring) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	if k.of(ctx) != nil || len(sessions) == 1 {
		for a, v := range sessions {
			if err := k.PutSession(ctx, a, v); err != nil {
				return err
			}
		}
		return nil
	}
	for a := range sessions {
		k.sessions.begin(a)
	}
	err := k.AllSessionSpecificStores.PutManySessions(ctx, sessions)
	for a, v := range sessions {
		k.sessions.end(a, v, err == nil)
	}
	return err
}

// change runs what may change any session and any key.
func (k *keyring) change(ctx context.Context, do func() error) error {
	endSessions, endIdentities := k.sessions.sweep(), k.identities.sweep()
	if t := k.of(ctx); t != nil { // what it changes counts when the transaction is committed
		t.doubt(endSessions, endIdentities)
		return do()
	}
	defer endIdentities()
	defer endSessions()
	return do()
}

// DeleteAllSessions implements store.SessionStore.
func (k *keyring) DeleteAllSessions(ctx context.Context, phone string) error {
	return k.change(ctx, func() error { return k.AllSessionSpecificStores.DeleteAllSessions(ctx, phone) })
}

// DeleteSession implements store.SessionStore.
func (k *keyring) DeleteSession(ctx context.Context, address string) error {
	return k.change(ctx, func() error { return k.AllSessionSpecificStores.DeleteSession(ctx, address) })
}

// MigratePNToLID implements store.SessionStore. It moves keys too. The library asks for it with every
// message, and its own store does it only the first time.
func (k *keyring) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	if _, done := k.migrated.LoadOrStore(pn.SignalAddressUser(), true); done {
		return nil
	}
	return k.change(ctx, func() error { return k.AllSessionSpecificStores.MigratePNToLID(ctx, pn, lid) })
}

// DeleteAllIdentities implements store.IdentityStore.
func (k *keyring) DeleteAllIdentities(ctx context.Context, phone string) error {
	return k.change(ctx, func() error { return k.AllSessionSpecificStores.DeleteAllIdentities(ctx, phone) })
}

// DeleteIdentity implements store.IdentityStore.
func (k *keyring) DeleteIdentity(ctx context.Context, address string) error {
	return k.change(ctx, func() error { return k.AllSessionSpecificStores.DeleteIdentity(ctx, address) })
}

// identity returns the key of an address if it is known.
func (k *keyring) identity(ctx context.Context, address string) (key [32]byte, known bool) {
	if t := k.of(ctx); t != nil {
		if v, ok := written(t, t.identities, address); ok {
			return v, true
		}
	}
	key, known, _ = k.identities.get(address)
	return key, known
}

// PutIdentity implements store.IdentityStore. A key that the database has is not written again.
func (k *keyring) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	if old, known := k.identity(ctx, address); known && bytes.Equal(old[:], key[:]) {
		return nil
	}
	put := func() error { return k.AllSessionSpecificStores.PutIdentity(ctx, address, key) }
	if t := k.of(ctx); t != nil {
		return write(t, k.identities, t.identities, address, key, put)
	}
	k.identities.begin(address)
	err := put()
	k.identities.end(address, key, err == nil)
	return err
}

// IsTrustedIdentity implements store.IdentityStore. The database does not tell which key it has, so
// that only written ones are remembered.
func (k *keyring) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	if old, known := k.identity(ctx, address); known {
		return bytes.Equal(old[:], key[:]), nil
	}
	return k.AllSessionSpecificStores.IsTrustedIdentity(ctx, address, key)
}
