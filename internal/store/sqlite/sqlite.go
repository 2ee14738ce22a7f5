// Package sqlite keeps the gateway's data in one SQLite file, or in memory.
//
// One connection writes, one caller at a time. What others want to write meanwhile, whoever comes next
// runs in one transaction, each behind a savepoint of its own, commits once and answers them all, so
// that many callers share one wait for the disk. Readers have connections of their own and see what was committed. The write-ahead
// log is synced with every commit (synchronous=FULL): what was answered survives a power cut.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"

	"tapgate/internal/fault"
	"tapgate/internal/store"
)

// Options of a store.
type Options struct {
	// Path is the database file. It is made if it does not exist, readable by its owner only, and so
	// is its directory. "" means a private database in memory, which ends with the store.
	Path string
	// Backlog is how many writes may wait before further ones fail with fault.Busy; 0 means 1024.
	Backlog int
	// Readers is how many reads run at the same time; 0 means 4. In memory, reads wait their turn
	// among the writes.
	Readers int
	// Committed hears of every transaction: how long it took, how many writes were in it, and why it
	// failed. Writing waits for it. nil means nobody.
	Committed func(took time.Duration, writes int, err error)
	// Log receives the store's messages; nil means none.
	Log *slog.Logger

	// between stands between the store and the driver, in tests; nil means nothing.
	between func(driver.Connector) driver.Connector
	// most is how many writes share a transaction; 0 means as many as are good. Benchmarks compare.
	most int
}

func (o Options) withDefaults() Options {
	if o.Backlog == 0 {
		o.Backlog = 1024
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Committed == nil {
		o.Committed = func(time.Duration, int, error) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Store is a store.Store. Its methods may be called by many goroutines.
type Store struct {
	writer *writer
	// reader is nil in memory: such a database belongs to one connection, the writer's.
	reader *session
	tokens knownTokens
	// purge is what PurgeRemoved runs; nil until it is known. It belongs to the writer.
	purge []string

	closing sync.Once
	// reading is held shared by each read and exclusively by Close; closed is set under it.
	reading sync.RWMutex
	closed  bool
}

var _ store.Store = (*Store)(nil)

// Open opens the database, making or migrating it as needed. The context bounds the opening only.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := makeFile(o.Path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	w, err := openWriter(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{writer: w}
	if o.Path == "" {
		return s, nil
	}
	db, err := o.pool("&_query_only=1", o.Readers)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), w.close())
	}
	s.reader = newSession(db, db.Close)
	return s, nil
}

// makeFile makes the file before SQLite does, because SQLite would let everybody read it. Its
// companions (-wal, -shm) inherit the permissions.
func makeFile(path string) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names the database and how its connections behave. A double-quoted word is an identifier, as
// in every other database, and never a text.
func dsn(path string) string {
	name := "file::memory:"
	if path != "" {
		name = "file:" + (&url.URL{Path: path}).EscapedPath()
	}
	return name + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_dqs=0"
}

// pool opens size connections that behave as dsn says and as more demands.
func (o Options) pool(more string, size int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn(o.Path) + more)
	if err != nil {
		return nil, err
	}
	if o.between != nil {
		c = o.between(c)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size) // a closed connection takes its prepared statements along
	return db, nil
}

// write runs do in a transaction and returns when that is durable.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.writer.do(ctx, do, false)
}

// writePatiently is write for what no program waits for, such as the end of a row: it waits for a moment
// for a commit that it can share, instead of making its own.
func (s *Store) writePatiently(ctx context.Context, do func(*tx) error) error {
	return s.writer.do(ctx, do, true)
}

// read runs do, which only reads. Its statements may see different states of the database.
func (s *Store) read(ctx context.Context, do func(*tx) error) error {
	if s.reader == nil {
		return s.writer.do(ctx, do, false)
	}
	s.reading.RLock()
	defer s.reading.RUnlock()
	if s.closed {
		return errClosed()
	}
	return do(&tx{ctx: ctx, session: s.reader})
}

// Close implements store.Store.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.tokens.change(1) // for ever: a closed store says so
		if s.reader != nil {
			s.reading.Lock()
			s.closed = true
			s.reading.Unlock()
			err = s.reader.close()
		}
		// the writer goes last: the last connection to leave empties the write-ahead log
		err = errors.Join(err, s.writer.close())
	})
	return err
}

func errClosed() error { return fault.New(fault.Unavailable, "the database is closed") }
