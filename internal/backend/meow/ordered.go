package meow

import (
	"context"

	"go.mau.fi/whatsmeow/store"
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
	}
	orderedBuffer struct {
		store.EventBuffer
		gate gate
	}
)

// scope is one send. It is used by one goroutine.
type scope struct{ held gate }

type scopeKey struct{}

// sendScope returns a context to send with, and what ends the send.
func sendScope(ctx context.Context) (context.Context, func()) {
	s := &scope{}
	return context.WithValue(ctx, scopeKey{}, s), s.leave
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
	if s, _ := ctx.Value(scopeKey{}).(*scope); s != nil {
		if err := s.enter(ctx, o.gate); err != nil {
			return nil, err
		}
	}
	return o.SessionStore.GetManySessions(ctx, addresses)
}

// PutManySessions implements store.SessionStore: the encryption is over.
func (o *orderedSessions) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	if s, _ := ctx.Value(scopeKey{}).(*scope); s != nil {
		defer s.leave()
	}
	return o.SessionStore.PutManySessions(ctx, sessions)
}

// DoDecryptionTxn implements store.EventBuffer.
func (o *orderedBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if err := o.gate.enter(ctx); err != nil {
		return err
	}
	defer o.gate.leave()
	return o.EventBuffer.DoDecryptionTxn(ctx, fn)
}
