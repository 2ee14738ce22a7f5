package meow

import (
	"context"
	"sync"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// contacts lets nobody read a contact while one is written: the library's own store hands out an
// entry of its cache after it has let go of its lock, and a push name is written into that same entry
// by another goroutine. What contacts does not name is not called while messages flow.
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
