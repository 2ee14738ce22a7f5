package phone

import (
	"context"
	"sync/atomic"

	waStore "go.mau.fi/whatsmeow/store"
)

// copies lets one message at a time be decrypted. What a connection leaves unacked when it ends comes again
// on the next one, while the first copy may still be under way. Such a copy has to find in the buffer what
// became of the first: otherwise it finds its counter used and is passed over, and messages behind it are
// shown before it.
type copies struct {
	waStore.EventBuffer
	turn chan struct{}
	// looked says that the turn is held since the buffer was looked into.
	looked atomic.Bool
}

func newCopies(b waStore.EventBuffer) *copies {
	return &copies{EventBuffer: b, turn: make(chan struct{}, 1)}
}

// GetBufferedEvent implements store.EventBuffer. If it finds nothing, the library calls DoDecryptionTxn next,
// and nobody comes in between.
func (c *copies) GetBufferedEvent(ctx context.Context, ciphertext [32]byte) (*waStore.BufferedEvent, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e, err := c.EventBuffer.GetBufferedEvent(ctx, ciphertext)
	if err != nil || e != nil {
		<-c.turn
		return e, err
	}
	c.looked.Store(true)
	return nil, nil
}

// DoDecryptionTxn implements store.EventBuffer.
func (c *copies) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if c.looked.Swap(false) {
		defer func() { <-c.turn }()
	}
	return c.EventBuffer.DoDecryptionTxn(ctx, fn)
}

// withoutTurn is the buffer for a transaction that did not look into it.
func withoutTurn(b waStore.EventBuffer) waStore.EventBuffer {
	if c, ok := b.(*copies); ok {
		return c.EventBuffer
	}
	return b // of a device that was paired by this client
}
