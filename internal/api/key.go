package api

import (
	"crypto/sha256"
	"net/http"
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/gateway"
)

// maxKey is the longest Idempotency-Key, in characters.
const maxKey = 255

// idempotencyKey reads the header Idempotency-Key: 1 to 255 printable ASCII characters, which name
// this request of the channel. It is not part of the dialect, which has nothing of the kind. The
// same key with the same request yields the same message; with another one it is a conflict.
// Without the header the key is zero.
func idempotencyKey(r *http.Request, in *payload) (gateway.Key, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return gateway.Key{}, nil
	}
	name := values[0]
	printable := !strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c > '~' })
	if len(values) > 1 || name == "" || len(name) > maxKey || !printable {
		return gateway.Key{}, fault.New(fault.Invalid, "The header Idempotency-Key must hold one key of 1 to %d printable ASCII characters", maxKey)
	}
	h := sha256.New()
	for _, part := range []string{r.URL.Path, r.Header.Get("X-Tapgate-Recipe"), r.Header.Get("X-Tapgate-Expire-After")} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	if err := in.sum(h); err != nil {
		return gateway.Key{}, err
	}
	return gateway.Key{Name: name, Request: [32]byte(h.Sum(nil))}, nil
}
