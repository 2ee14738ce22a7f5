package meow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
)

// realRootKey is what the library trusts unless told otherwise: WhatsApp's own root key.
var realRootKey = whatsmeow.WACertPubKey

// network guards the root key, which is one for the whole process.
var network sync.Mutex

// ErrNetwork says that the process already speaks to another network.
var ErrNetwork = errors.New("this process speaks to another emulated network already")

// UseNetwork makes this process speak to the emulated network with the given root key and to no
// other, the real one included. It must be called before any session connects. Calling it again
// with the same key does nothing; another key is ErrNetwork.
func UseNetwork(rootKey [32]byte) error {
	network.Lock()
	defer network.Unlock()
	switch whatsmeow.WACertPubKey {
	case rootKey:
		return nil
	case realRootKey:
		whatsmeow.WACertPubKey = rootKey
		return nil
	}
	return ErrNetwork
}

// RefreshVersion asks WhatsApp for the version of its web client and presents it from now on, in
// the whole process. WhatsApp refuses clients that are some months behind. It is for the real
// network only. When it fails the version built into the library stays.
func RefreshVersion(ctx context.Context, c *http.Client) error {
	v, err := whatsmeow.GetLatestVersion(ctx, c)
	if err != nil {
		return fmt.Errorf("ask for the version of WhatsApp's web client: %w", err)
	}
	store.SetWAVersion(*v)
	return nil
}
