package noise_test

import (
	"testing"

	"tapgate/internal/sandbox/noise"
)

func TestRootKeyComesFromTheSeed(t *testing.T) {
	key := func(seed string) [32]byte {
		t.Helper()
		a, err := noise.NewAuthority(seed)
		if err != nil {
			t.Fatal(err)
		}
		return a.RootKey()
	}
	first, again, other := key("a"), key("a"), key("b")
	if first != again {
		t.Error("one seed gave two root keys: clients would not survive a restart")
	}
	if first == other {
		t.Error("two seeds gave one root key")
	}
}
