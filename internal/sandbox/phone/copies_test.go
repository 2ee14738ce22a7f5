package phone

import (
	"bytes"
	"context"
	"crypto/sha256"
	"runtime"
	"testing"
	"time"

	waStore "go.mau.fi/whatsmeow/store"
)

// remembering is a buffer in memory. One goroutine at a time is let in by what is tested.
type remembering struct {
	waStore.NoopStore
	known map[[32]byte][]byte
}

func (r *remembering) GetBufferedEvent(_ context.Context, hash [32]byte) (*waStore.BufferedEvent, error) {
	if text, ok := r.known[hash]; ok {
		return &waStore.BufferedEvent{Plaintext: text}, nil
	}
	return nil, nil
}

func (r *remembering) PutBufferedEvent(_ context.Context, hash [32]byte, text []byte, _ time.Time) error {
	r.known[hash] = text
	return nil
}

func (r *remembering) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	return fn(ctx)
}

// A copy that looks while the first is decrypted finds what that found out.
func TestACopyWaits(t *testing.T) {
	c := newCopies(&remembering{known: map[[32]byte][]byte{}})
	for n := range byte(100) {
		hash, text := sha256.Sum256([]byte{n}), []byte{n, 1}
		if e, err := c.GetBufferedEvent(t.Context(), hash); e != nil || err != nil {
			t.Fatal(e, err)
		}
		copied := make(chan *waStore.BufferedEvent, 1)
		go func() {
			e, _ := c.GetBufferedEvent(context.WithoutCancel(t.Context()), hash)
			if e == nil { // as the library goes on
				_ = c.DoDecryptionTxn(context.Background(), func(context.Context) error { return nil })
			}
			copied <- e
		}()
		for range 20 {
			runtime.Gosched()
		}
		if err := c.DoDecryptionTxn(t.Context(), func(ctx context.Context) error {
			return c.PutBufferedEvent(ctx, hash, text, time.Now())
		}); err != nil {
			t.Fatal(err)
		}
		if e := <-copied; e == nil || !bytes.Equal(e.Plaintext, text) {
			t.Fatalf("copy %d finds %+v", n, e)
		}
	}
	// who gives up leaves no turn behind
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := c.GetBufferedEvent(ctx, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := c.GetBufferedEvent(ctx, [32]byte{}); err == nil {
		t.Error("two had their turn")
	}
	if err := c.DoDecryptionTxn(ctx, func(context.Context) error { return ctx.Err() }); err == nil {
		t.Error("no error")
	}
	if e, err := c.GetBufferedEvent(t.Context(), [32]byte{}); e != nil || err != nil {
		t.Error(e, err)
	}
}
