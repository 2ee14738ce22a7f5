package meow

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
)

// Options says how to open the backend.
type Options struct {
	// Path is the database file of keys and sessions. Its directory must exist. "" keeps it in
	// memory. One process at a time may use it.
	Path string
	// Transport carries all requests: sockets and media. nil is the real network.
	Transport http.RoundTripper
	// Log receives what operators should know. nil discards it.
	Log *slog.Logger
	// Verbose also logs the library's debug lines at level debug. They hold whole stanzas.
	Verbose bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// without takes out one of the four that make receiving safe, in tests that show what it is for.
	without safeguard
}

// Backend opens sessions on whatsmeow. It implements backend.Backend.
type Backend struct {
	Options
	container vault
}

var _ backend.Backend = (*Backend)(nil)

// Open opens the database and brings its tables up to date.
func Open(ctx context.Context, o Options) (*Backend, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := sql.Open("sqlite", dataSource(o.Path))
	if err != nil {
		return nil, fmt.Errorf("open the database of sessions: %w", err)
	}
	// One connection: with more, SQLite reports "locked" in the middle of a decryption, which the
	// library takes for a message that can't be read. It also keeps an encryption from storing in
	// the middle of a decryption that runs in a transaction.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1) // a database in memory lives as long as its connection
	b := &Backend{Options: o, container: vault{sqlstore.NewWithDB(db, "sqlite", newBridge(ctx, o))}}
	if err := b.container.Upgrade(ctx); err != nil {
		_ = b.container.Close()
		return nil, fmt.Errorf("open the database of sessions: %w", err)
	}
	return b, nil
}

// dataSource asks for full synchronisation: a Signal session that steps back after a power cut
// sends counters again that were used before, and readers drop those messages in silence.
func dataSource(path string) string {
	pragmas := url.Values{"_pragma": {
		"foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)",
	}}.Encode()
	if path == "" {
		return "file::memory:?" + pragmas
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas
}

// Open implements backend.Backend.
func (b *Backend) Open(ctx context.Context, o backend.SessionOptions) (backend.Session, error) {
	device := b.container.NewDevice()
	if o.Device != "" {
		var err error
		if device, err = b.device(ctx, o.Device); err != nil {
			return nil, err
		}
	}
	return newSession(ctx, b, o, b.container.guarded(device)), nil
}

func (b *Backend) device(ctx context.Context, key string) (*store.Device, error) {
	jid, err := types.ParseJID(key)
	if err != nil {
		return nil, fault.Wrap(fault.Unpaired, err, "The session of this channel is not known")
	}
	device, err := b.container.GetDevice(ctx, jid)
	if err != nil {
		return nil, fmt.Errorf("read the session of %s: %w", key, err)
	}
	if device == nil {
		return nil, fault.New(fault.Unpaired, "The session of this channel is not known")
	}
	return device, nil
}

// Close implements backend.Backend.
func (b *Backend) Close() error {
	if err := b.container.Close(); err != nil {
		return fmt.Errorf("close the database of sessions: %w", err)
	}
	return nil
}
