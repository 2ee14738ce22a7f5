package phone

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"

	"go.mau.fi/whatsmeow/proto/waAdv"
	waStore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/sandbox"
	"tapgate/internal/sqlitedb"
)

// sessions keeps the Signal sessions and keys of all phones, in one database.
type sessions struct {
	db        *sqlitedb.DB
	container *sqlstore.Container
	log       *slog.Logger
}

// keptStatements is how many prepared statements are kept: parsing them anew was a third of the work of a
// phone.
const keptStatements = 64

// openSessions opens whatsmeow.db in dir, or a database in memory. It has one connection: more of them would
// let decryption and encryption of one chat overwrite each other's session.
func openSessions(ctx context.Context, dir string, log *slog.Logger) (*sessions, error) {
	dsn := "file::memory:?_pragma=foreign_keys(1)"
	if dir != "" {
		dsn = "file:" + filepath.Join(dir, "whatsmeow.db") +
			"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)"
	}
	db, err := sqlitedb.Open(sqlitedb.Options{DSN: dsn, Statements: keptStatements})
	if err != nil {
		return nil, fmt.Errorf("open sessions: %w", err)
	}
	container := sqlstore.NewWithDB(db.DB, "sqlite", clientLog{log})
	if err := container.Upgrade(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open sessions: %w", err)
	}
	return &sessions{db: db, container: container, log: log}, nil
}

func (s *sessions) close() error {
	if s == nil {
		return nil
	}
	return s.db.Close()
}

// primary returns the stored device 0 of an account, or makes one. A phone needs no pairing: the store accepts
// a device identity that nobody signed, and receivers do not verify it.
func (s *sessions) primary(ctx context.Context, account sandbox.Account) (*waStore.Device, error) {
	device, err := s.container.GetDevice(ctx, account.PN)
	if err != nil {
		return nil, fmt.Errorf("load phone %s: %w", account.Phone, err)
	}
	if device == nil {
		device = s.container.NewDevice()
		pn := account.PN
		device.ID, device.LID = &pn, account.LID
		device.Account = &waAdv.ADVSignedDeviceIdentity{
			Details:             []byte{},
			AccountSignature:    make([]byte, 64),
			AccountSignatureKey: device.IdentityKey.Pub[:],
			DeviceSignature:     make([]byte, 64),
		}
	}
	if device.Account.Details == nil { // as empty bytes are read back, and can't be written again
		device.Account.Details = []byte{}
	}
	if device.PushName != account.Name || !device.Initialized {
		device.PushName = account.Name
		if err := device.Save(ctx); err != nil {
			return nil, fmt.Errorf("save phone %s: %w", account.Phone, err)
		}
	}
	return device, nil
}

// companion returns the stored linked device of an account, or nil.
func (s *sessions) companion(ctx context.Context, account sandbox.Account) (*waStore.Device, error) {
	all, err := s.container.GetAllDevices(ctx)
	if err != nil {
		return nil, fmt.Errorf("load companions: %w", err)
	}
	for _, d := range all {
		if d.ID != nil && d.ID.User == account.PN.User && d.ID.Device > 0 {
			return d, nil
		}
	}
	return nil, nil
}

// wipe forgets everything Signal knows of others on one device: sessions, identities, sender keys.
func (s *sessions) wipe(ctx context.Context, device types.JID) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("wipe %s: %w", device, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	for _, query := range []string{
		"DELETE FROM whatsmeow_sessions WHERE our_jid = ?",
		"DELETE FROM whatsmeow_identity_keys WHERE our_jid = ?",
		"DELETE FROM whatsmeow_sender_keys WHERE our_jid = ?",
	} {
		if _, err := tx.ExecContext(ctx, query, device.String()); err != nil {
			return fmt.Errorf("wipe %s: %w", device, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("wipe %s: %w", device, err)
	}
	return nil
}

func publicKeys(d *waStore.Device) sandbox.PhoneKeys {
	return sandbox.PhoneKeys{
		NoisePub:        *d.NoiseKey.Pub,
		IdentityPub:     *d.IdentityKey.Pub,
		IdentityPriv:    d.IdentityKey.Priv,
		RegistrationID:  d.RegistrationID,
		SignedPreKeyID:  d.SignedPreKey.KeyID,
		SignedPreKeyPub: *d.SignedPreKey.Pub,
		SignedPreKeySig: *d.SignedPreKey.Signature,
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}
