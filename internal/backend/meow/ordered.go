package meow

import (
	"context"
	"sync/atomic"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// Encrypting reads Signal sessions, changes them and stores them; decrypting does the same, and the
// library keeps neither from doing so in the middle of the other. Whoever stores last then takes the
// other's change back. A device's gate lets one in at a time.
//
// A decryption holds it for the time of its transaction, an encryption from reading sessions to
// storing them. Since the library does not tell of an encryption that fails, the caller of a send
// opens a scope around it, and what the scope still holds is let go with it.
type (
	orderedSessions struct {
		store.SessionStore
		gate gate
		// together runs what shall share a transaction.
		together func(context.Context, func(context.Context) error) error
	}
	orderedBuffer struct {
		store.EventBuffer
		gate gate
		// looked says that the gate is held since the buffer was looked into.
		looked atomic.Bool
	}
)

// scope is one send. It is used by one goroutine.
type scope struct {
	held gate
	// secret stores the secret of the message; nil when there is nothing to store any more.
	secret func(context.Context) error
	// stored waits for the message to be stored; nil when it is. abort keeps it from leaving.
	stored func(context.Context) error
	abort  func()
}

type scopeKey struct{}

// sendScope returns a context to send with, and the scope, which has to be ended.
func sendScope(ctx context.Context) (context.Context, *scope) {
	s := &scope{}
	return context.WithValue(ctx, scopeKey{}, s), s
}

// scopeOf returns the send that a call belongs to, nil when it belongs to none.
func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// await waits until the message may leave.
func (s *scope) await(ctx context.Context) error {
	if s.stored == nil {
		return nil
	}
	if err := s.stored(ctx); err != nil {
		s.abort()
		return err
	}
	s.stored = nil
	return nil
}

// end ends the send. A secret that nothing took along is stored by itself.
func (s *scope) end(ctx context.Context) error {
	s.leave()
	if s.secret == nil {
		return nil
	}
	return s.secret(ctx)
}

func (s *scope) enter(ctx context.Context, g gate) error {
	if s.held != nil {
		return nil
	}
	if err := g.enter(ctx); err != nil {
		return err
	}
	s.held = g
	return nil
}

func (s *scope) leave() {
	if s.held != nil {
		s.held.leave()
		s.held = nil
	}
}

// GetManySessions implements store.SessionStore: an encryption begins.
func (o *orderedSessions) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if s := scopeOf(ctx); s != nil {
		if err := s.enter(ctx, o.gate); err != nil {
			return nil, err
		}
	}
	return o.SessionStore.GetManySessions(ctx, addresses)
}

// PutManySessions implements store.SessionStore: the encryption is over. What else the send has to store
// goes along, so that the disk is waited for once.
func (o *orderedSessions) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	s := scopeOf(ctx)
	if s == nil {
		return o.SessionStore.PutManySessions(ctx, sessions)
	}
	err := o.putSent(ctx, s, sessions)
	s.leave()
	if err != nil {
		return err
	}
	return s.await(ctx)
}

func (o *orderedSessions) putSent(ctx context.Context, s *scope, sessions map[string][]byte) error {
	if s.secret == nil {
		return o.SessionStore.PutManySessions(ctx, sessions)
	}
	err := o.together(ctx, func(ctx context.Context) error {
		if err := s.secret(ctx); err != nil {
			return err
		}
		return o.SessionStore.PutManySessions(ctx, sessions)
	})
	if err == nil {
		s.secret = nil
	}
	return err
}

// lastLook is asked for the token of a contact right before a message to it leaves, whatever else there
// was to store for it. Of a failure the library takes no notice, but it does of a context that has ended.
type lastLook struct{ store.PrivacyTokenStore }

// GetPrivacyToken implements store.PrivacyTokenStore.
func (l lastLook) GetPrivacyToken(ctx context.Context, user types.JID) (*store.PrivacyToken, error) {
	if s := scopeOf(ctx); s != nil {
		if err := s.await(ctx); err != nil {
			return nil, err
		}
	}
	return l.PrivacyTokenStore.GetPrivacyToken(ctx, user)
}

// heldSecrets stores the secrets of messages, that of a message which is being sent together with the
// Signal sessions. It opens what readers answer to the message, so it is needed only after it has left.
type heldSecrets struct{ store.MsgSecretStore }

// PutMessageSecret implements store.MsgSecretStore.
func (h heldSecrets) PutMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID, secret []byte) error {
	put := func(ctx context.Context) error {
		return h.MsgSecretStore.PutMessageSecret(ctx, chat, sender, id, secret)
	}
	if s := scopeOf(ctx); s != nil {
		s.secret = put
		return nil
	}
	return put(ctx)
}

// GetBufferedEvent implements store.EventBuffer: a decryption begins, and the library decrypts next if this
// finds nothing. Nobody comes in between. A message whose connection ends while it is decrypted comes again
// on the next one; if it did not find here what the first time found out, it would find its counter used,
// be acked as an old one, and be lost should the first time not come to its end.
func (o *orderedBuffer) GetBufferedEvent(ctx context.Context, ciphertext [32]byte) (*store.BufferedEvent, error) {
	if err := o.gate.enter(ctx); err != nil {
		return nil, err
	}
	e, err := o.EventBuffer.GetBufferedEvent(ctx, ciphertext)
	if err != nil || e != nil {
		o.gate.leave()
		return e, err
	}
	o.looked.Store(true) // DoDecryptionTxn leaves
	return nil, nil
}

// DoDecryptionTxn implements store.EventBuffer.
func (o *orderedBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if ctx.Value(unlookedKey{}) != nil || !o.looked.Swap(false) {
		if err := o.gate.enter(ctx); err != nil {
			return err
		}
	}
	defer o.gate.leave()
	return o.EventBuffer.DoDecryptionTxn(ctx, fn)
}

type unlookedKey struct{}

// unlooked is for a transaction of this package's own, which did not look into the buffer before.
func unlooked(ctx context.Context) context.Context {
	return context.WithValue(ctx, unlookedKey{}, true)
}
