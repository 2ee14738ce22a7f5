package meow

import (
	"context"
	"sync"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
)

// vault is the library's container of devices. It gives them stores of our own, which keep in order
// what the library does at the same time (contacts.go, ordered.go) and remember what they wrote
// (keyring.go).
type vault struct {
	*sqlstore.Container
	// forgetful asks the database each time.
	forgetful bool

	mu    sync.Mutex
	known map[types.JID]*deviceStores
	// alarms are called when the database fails in a decryption, by the device that it is for.
	alarms map[*store.Device]func(error)
}

// deviceStores are the stores of one device. Its sessions share them, one after the other: two
// that remembered for themselves would not hear of each other's writes.
type deviceStores struct {
	identities store.IdentityStore
	sessions   store.SessionStore
	buffer     store.EventBuffer
	secrets    store.MsgSecretStore
	privacy    store.PrivacyTokenStore
	salt       store.NCTSaltStore
}

var _ store.DeviceContainer = (*vault)(nil)

func newVault(c *sqlstore.Container, forgetful bool) *vault {
	return &vault{Container: c, forgetful: forgetful, known: map[types.JID]*deviceStores{}, alarms: map[*store.Device]func(error){}}
}

// watch has f called when the database fails in a decryption for the device; nil ends that.
func (v *vault) watch(d *store.Device, f func(error)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f == nil {
		delete(v.alarms, d)
		return
	}
	v.alarms[d] = f
}

func (v *vault) alarm(d *store.Device, err error) {
	v.mu.Lock()
	f := v.alarms[d]
	v.mu.Unlock()
	if f != nil {
		f(err)
	}
}

// guarded returns the device with our stores, now or as soon as it is saved.
func (v *vault) guarded(d *store.Device) *store.Device {
	d.Container = v
	if _, done := d.Contacts.(*contacts); done || d.Contacts == nil {
		return d
	}
	d.Contacts = &contacts{ContactStore: d.Contacts}
	s := v.storesOf(d)
	d.Identities, d.Sessions, d.MsgSecrets = s.identities, s.sessions, s.secrets
	d.PrivacyTokens, d.NCTSalt = s.privacy, s.salt
	d.EventBuffer = &patientBuffer{s.buffer, func(err error) { v.alarm(d, err) }}
	return d
}

func (v *vault) storesOf(d *store.Device) *deviceStores {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s := v.known[*d.ID]; s != nil {
		return s
	}
	s := &deviceStores{
		identities: d.Identities, sessions: d.Sessions, buffer: d.EventBuffer,
		secrets: heldSecrets{d.MsgSecrets}, privacy: d.PrivacyTokens, salt: d.NCTSalt,
	}
	if all, ok := d.Sessions.(store.AllSessionSpecificStores); ok && !v.forgetful {
		k := newKeyring(all)
		s.identities, s.sessions, s.buffer, s.privacy, s.salt = k, k, k, k, k
	}
	g := newGate()
	s.sessions = &orderedSessions{s.sessions, g, s.buffer.DoDecryptionTxn}
	s.buffer = &orderedBuffer{EventBuffer: s.buffer, gate: g}
	s.privacy = lastLook{s.privacy}
	v.known[*d.ID] = s
	return s
}

// PutDevice implements store.DeviceContainer. The first save gives a new device its stores.
func (v *vault) PutDevice(ctx context.Context, d *store.Device) error {
	if err := v.Container.PutDevice(ctx, d); err != nil {
		return err
	}
	v.guarded(d)
	return nil
}

// DeleteDevice implements store.DeviceContainer.
func (v *vault) DeleteDevice(ctx context.Context, d *store.Device) error {
	if d.ID != nil {
		v.mu.Lock()
		delete(v.known, *d.ID)
		v.mu.Unlock()
	}
	return v.Container.DeleteDevice(ctx, d)
}
