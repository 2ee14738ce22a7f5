package meow

import (
	"context"
	"sync"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
)

// vault is the library's container of devices. It gives them contacts that can be read while they
// change: the library's own hand out an entry of their cache after they have let go of its lock,
// and a push name is written into that same entry by another goroutine.
type vault struct{ *sqlstore.Container }

var _ store.DeviceContainer = vault{}

// guarded returns the device with its contacts guarded, now or as soon as it is saved.
func (v vault) guarded(d *store.Device) *store.Device {
	if _, done := d.Contacts.(*contacts); d.Contacts != nil && !done {
		d.Contacts = &contacts{ContactStore: d.Contacts}
	}
	d.Container = v
	return d
}

// PutDevice implements store.DeviceContainer. The first save gives a new device its stores.
func (v vault) PutDevice(ctx context.Context, d *store.Device) error {
	if err := v.Container.PutDevice(ctx, d); err != nil {
		return err
	}
	v.guarded(d)
	return nil
}

// contacts lets nobody read a contact while one is written. What it does not name is not called
// while messages flow.
type contacts struct {
	store.ContactStore
	mu sync.Mutex
}

// GetContact implements store.ContactStore.
func (c *contacts) GetContact(ctx context.Context, user types.JID) (types.ContactInfo, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.GetContact(ctx, user)
}

// PutPushName implements store.ContactStore.
func (c *contacts) PutPushName(ctx context.Context, user types.JID, name string) (bool, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.PutPushName(ctx, user, name)
}

// PutBusinessName implements store.ContactStore.
func (c *contacts) PutBusinessName(ctx context.Context, user types.JID, name string) (bool, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.PutBusinessName(ctx, user, name)
}

// PutContactName implements store.ContactStore.
func (c *contacts) PutContactName(ctx context.Context, user types.JID, fullName, firstName string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.PutContactName(ctx, user, fullName, firstName)
}

// PutAllContactNames implements store.ContactStore.
func (c *contacts) PutAllContactNames(ctx context.Context, list []store.ContactEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.PutAllContactNames(ctx, list)
}

// PutManyRedactedPhones implements store.ContactStore.
func (c *contacts) PutManyRedactedPhones(ctx context.Context, list []store.RedactedPhoneEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ContactStore.PutManyRedactedPhones(ctx, list)
}
