package meow

import (
	"context"

	"go.mau.fi/whatsmeow/store"

	"tapgate/internal/sqlitedb"
)

// patientBuffer keeps the library from taking a database that fails, on a full disk for instance, for a
// message that can't be read. It would ask the sender five times within a moment for another copy, with
// an ack each, and the message would be lost. A decryption that was cancelled it leaves without an
// ack; so that is what it is told. WhatsApp delivers the message again on the next connection, for
// which failed has to care.
type patientBuffer struct {
	store.EventBuffer
	failed func(error)
}

// GetBufferedEvent implements store.EventBuffer: a decryption begins.
func (p *patientBuffer) GetBufferedEvent(ctx context.Context, ciphertext [32]byte) (*store.BufferedEvent, error) {
	e, err := p.EventBuffer.GetBufferedEvent(ctx, ciphertext)
	return e, p.judge(ctx, err)
}

// DoDecryptionTxn implements store.EventBuffer.
func (p *patientBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	return p.judge(ctx, p.EventBuffer.DoDecryptionTxn(ctx, fn))
}

func (p *patientBuffer) judge(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || !sqlitedb.OfStorage(err) {
		return err
	}
	p.failed(err)
	return putOff{err}
}

// putOff is a failure of the database that counts as a cancellation.
type putOff struct{ error }

func (p putOff) Unwrap() error        { return p.error }
func (p putOff) Is(target error) bool { return target == context.Canceled }

// storageKey stands for the database among what was refused.
const storageKey = "storage"

// storageFailed plans the next connection.
func (s *session) storageFailed(err error) {
	s.log.Error("keys of the session not readable or not stored: messages wait at WhatsApp", "error", err)
	s.comeAgain(storageKey)
}
