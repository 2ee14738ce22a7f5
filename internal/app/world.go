package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"tapgate/internal/backend/meow"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

// The people of the sandbox.
const (
	// Business is the number of the gateway's channel.
	Business = "919984351847"
	// Jonathan and Maria are customers.
	Jonathan = "61371989950"
	Maria    = "5491122334455"

	friends = "Tapgate friends" // the group that all three are in
)

// world is an emulated network and the phones on it.
type world struct {
	Options
	dir     *dataDir
	seed    string
	lenient bool

	network *sandbox.Network
	phones  *phone.Book
}

// openNetwork opens the network and makes this process trust it, and no other.
func (w *world) openNetwork(context.Context) error {
	dir, err := w.dir.sub("network")
	if err != nil {
		return err
	}
	n, err := sandbox.Open(sandbox.Options{Seed: w.seed, Dir: dir, Lenient: w.lenient, Log: w.Log})
	if err != nil {
		return err
	}
	if err := meow.UseNetwork(n.RootKey()); err != nil {
		return errors.Join(err, n.Close())
	}
	w.network = n
	return nil
}

func (w *world) closeNetwork(context.Context) error { return w.network.Close() }

func (w *world) openPhones(ctx context.Context) error {
	dir, err := w.dir.sub("phones")
	if err != nil {
		return err
	}
	b, err := phone.Open(ctx, phone.Options{Network: w.network, Dir: dir, Log: w.Log})
	if err != nil {
		return err
	}
	w.phones = b
	return nil
}

func (w *world) closePhones(context.Context) error { return w.phones.Close() }

// addCustomers puts the customers there that every world has.
func (w *world) addCustomers(ctx context.Context) error {
	for _, who := range []struct{ number, name string }{{Jonathan, "Jonathan"}, {Maria, "Maria"}} {
		if _, err := w.phones.Add(ctx, who.number, who.name); err != nil {
			return fmt.Errorf("customer %s: %w", who.name, err)
		}
	}
	return nil
}

// addGroup puts everybody into one group, unless there is a group already.
func (w *world) addGroup(ctx context.Context) error {
	if len(w.phones.Groups()) > 0 {
		return nil
	}
	if _, err := w.phones.CreateGroup(ctx, friends, Jonathan, Maria, Business); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	return nil
}

// rootKey is the network's root key in hexadecimal.
func (w *world) rootKey() string {
	key := w.network.RootKey()
	return hex.EncodeToString(key[:])
}
