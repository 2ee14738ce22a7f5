package meow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"runtime"
	"strconv"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/store"
)

// A message that comes again while its first copy is decrypted finds what that found out. Otherwise it
// would be decrypted with a used counter and be acked as an old one, and it would be lost if the process
// ended before the first copy was handed over.
func TestACopyWaitsForTheFirst(t *testing.T) {
	ctx := t.Context()
	s := newShelf(t, Options{})
	b := &orderedBuffer{EventBuffer: s.keyring, gate: newGate()}
	for n := range 50 {
		hash, plaintext := sha256.Sum256([]byte(strconv.Itoa(n))), []byte{byte(n), 1}
		if e, err := b.GetBufferedEvent(ctx, hash); e != nil || err != nil {
			t.Fatal(e, err)
		}
		type answer struct {
			*store.BufferedEvent
			err error
		}
		copied := make(chan answer, 1)
		go func() {
			e, err := b.GetBufferedEvent(ctx, hash)
			if e == nil && err == nil { // as the library goes on
				err = b.DoDecryptionTxn(ctx, func(context.Context) error { return nil })
			}
			copied <- answer{e, err}
		}()
		for range 20 {
			runtime.Gosched() // it may look while nothing is there yet
		}
		err := b.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			return b.PutBufferedEvent(ctx, hash, plaintext, time.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		a := <-copied
		if a.err != nil || a.BufferedEvent == nil || !bytes.Equal(a.Plaintext, plaintext) {
			t.Fatalf("copy %d finds %+v, %v", n, a.BufferedEvent, a.err)
		}
	}
}

// Who did not look before waits for who did.
func TestATransactionOfOurOwnWaits(t *testing.T) {
	ctx := t.Context()
	s := newShelf(t, Options{})
	b := &orderedBuffer{EventBuffer: s.keyring, gate: newGate()}
	if e, err := b.GetBufferedEvent(ctx, [32]byte{1}); e != nil || err != nil {
		t.Fatal(e, err)
	}
	decrypted, sealed := false, make(chan error, 1)
	go func() {
		sealed <- b.DoDecryptionTxn(unlooked(ctx), func(context.Context) error {
			if !decrypted {
				t.Error("it came in between")
			}
			return nil
		})
	}()
	for range 20 {
		runtime.Gosched()
	}
	err := b.DoDecryptionTxn(ctx, func(context.Context) error {
		decrypted = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-sealed; err != nil {
		t.Fatal(err)
	}
}
