package meow

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/sqlitedb"
)

// Options says how to open the backend.
type Options struct {
	// Path is the database file of keys and sessions. Its directory must exist. "" keeps it in
	// memory. One process at a time may use it.
	Path string
	// Transport carries all requests: sockets and media. nil is the real network.
	Transport http.RoundTripper
	// Proxied makes a transport through a SOCKS5 proxy; nil means that proxies have no effect.
	Proxied func(proxy *url.URL) http.RoundTripper
	// Log receives what operators should know. nil discards it.
	Log *slog.Logger
	// Layers says what makes the database faster. None of them changes what is durable when.
	Layers Layers
	// Verbose also logs the library's debug lines at level debug. They hold whole stanzas.
	Verbose bool
	// Retried hears of every retry receipt of a message of ours: whether it was answered here, or left
	// to the library, whose answer has no buttons. nil means nobody.
	Retried func(here bool)
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// without takes out one of the four that make receiving safe, in tests that show what it is for.
	without safeguard
	// between stands between the database and its driver, in tests; nil means nothing.
	between func(driver.Connector) driver.Connector
}

// Layers are switched off one by one to find out where a fault comes from.
type Layers struct {
	// NoStatements prepares every statement anew.
	NoStatements bool
	// NoGroups gives every write a commit of its own, on one connection for everything.
	NoGroups bool
	// NoMemory reads Signal sessions from the database each time.
	NoMemory bool
}

// NoLayers switches all of them off.
func NoLayers() Layers { return Layers{NoStatements: true, NoGroups: true, NoMemory: true} }

const (
	// keptStatements is how many prepared statements a connection keeps; the library has more texts,
	// but not so many that come with each message.
	keptStatements = 64
	// readers is how many reads of the database, and waits for a commit, there may be at a time. One
	// that only ever waits for commits costs next to nothing.
	readers = 32
)

// Backend opens sessions on whatsmeow. It implements backend.Backend.
type Backend struct {
	Options
	container *vault
}

var _ backend.Backend = (*Backend)(nil)

// Open opens the database and brings its tables up to date.
func Open(ctx context.Context, o Options) (*Backend, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Retried == nil {
		o.Retried = func(bool) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := upgrade(ctx, o); err != nil {
		return nil, fmt.Errorf("open the database of sessions: %w", err)
	}
	db, err := o.database()
	if err != nil {
		return nil, fmt.Errorf("open the database of sessions: %w", err)
	}
	container := sqlstore.NewWithDB(db.DB, "sqlite", newBridge(ctx, o))
	if o.Path == "" { // it exists only now
		if err := container.Upgrade(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("open the database of sessions: %w", err), db.Close())
		}
	}
	return &Backend{Options: o, container: newVault(container, o.Layers.NoMemory)}, nil
}

// upgrade brings the tables up to date, on a plain connection: that is no work for the fast ones.
func upgrade(ctx context.Context, o Options) error {
	if o.Path == "" {
		return nil
	}
	db, err := sqlitedb.Open(sqlitedb.Options{DSN: dataSource(o.Path)})
	if err != nil {
		return err
	}
	return errors.Join(sqlstore.NewWithDB(db.DB, "sqlite", newBridge(ctx, o)).Upgrade(ctx), db.Close())
}

// database opens the connections. With one connection for everything SQLite never reports "locked" in
// the middle of a decryption, which the library takes for a message that can't be read; with one for
// all writes neither. A database in memory has no more than one.
func (o Options) database() (*sqlitedb.DB, error) {
	d := sqlitedb.Options{DSN: dataSource(o.Path), Between: o.between}
	if !o.Layers.NoStatements {
		d.Statements = keptStatements
	}
	if !o.Layers.NoGroups && o.Path != "" {
		d.Readers = readers
	}
	return sqlitedb.Open(d)
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
