package sqlite_test

import (
	"sync"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// A token is of no use from the moment at which its removal is answered, also when others are just
// looking it up; and one that was replaced ends when it was told to.
func TestRemovedTokensAreForgotten(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	var others sync.WaitGroup
	for n := range 100 {
		hash := store.TokenHash{101, byte(n)}
		k := channel.Token{ID: "tok_" + string(rune('A'+n)), Channel: testChannel, Scopes: channel.Scopes()}
		if err := s.AddToken(t.Context(), k, hash); err != nil {
			t.Fatal(err)
		}
		begun := make(chan struct{}, 4)
		for range 4 {
			others.Go(func() {
				for i := 0; ; i++ {
					_, err := s.Token(t.Context(), hash)
					if i == 0 {
						begun <- struct{}{}
					}
					if err != nil {
						if !fault.Is(err, fault.NotFound) {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		<-begun
		if n%2 == 0 {
			if err := s.RemoveToken(t.Context(), testChannel, k.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Token(t.Context(), hash); !fault.Is(err, fault.NotFound) {
				t.Fatalf("removed token %d: %v", n, err)
			}
			others.Wait()
			continue
		}
		until := time.Unix(1_700_000_000, 0).UTC()
		next := k
		next.ID += "b"
		if err := s.ReplaceToken(t.Context(), k.ID, until, next, store.TokenHash{102, byte(n)}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Token(t.Context(), hash); err != nil || !got.ExpiresAt.Equal(until) {
			t.Fatalf("replaced token %d: %+v, %v", n, got, err)
		}
		if err := s.RemoveToken(t.Context(), testChannel, k.ID); err != nil {
			t.Fatal(err)
		}
		others.Wait()
	}
}
