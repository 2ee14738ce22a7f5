// Package sqlitedb opens SQLite databases that many goroutines write to, faster than the driver
// alone and as durable. It changes the connections only: whoever speaks to the *sql.DB notices
// nothing but speed. There are two layers, each of use without the other:
//
//   - Statements: a connection keeps the statements it has prepared. Parsing is half of what a
//     short statement costs.
//   - Readers: all writes of the process go through one connection, and those that wait for each
//     other share one commit and so one wait for the disk. Reads have connections of their own.
//
// No write is answered before the commit that holds it has reached the disk, as far as the
// database's own settings (synchronous) promise that.
package sqlitedb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"modernc.org/sqlite"
)

// Options say how to open a database.
type Options struct {
	// DSN names the database and the settings of its connections, as modernc.org/sqlite reads it.
	DSN string
	// Statements is how many prepared statements each connection keeps; 0 prepares each one anew.
	Statements int
	// Readers is how many reads run at the same time, beside the one connection that writes. 0
	// means one connection for everything, as a database in memory needs.
	Readers int
	// Between stands between this package and the driver, in tests; nil means nothing.
	Between func(driver.Connector) driver.Connector
}

// DB is an open database.
type DB struct {
	*sql.DB
	writer *writer // nil without readers
}

// Open opens a database. It connects with the first use. The process must be the only one that
// writes to it, as far as waiting for others is not wanted.
func Open(o Options) (*DB, error) {
	physical, err := connector(o.DSN, o)
	if err != nil {
		return nil, err
	}
	if o.Readers == 0 {
		db := sql.OpenDB(physical)
		db.SetMaxOpenConns(1)
		db.SetMaxIdleConns(1) // a closed connection takes its statements along, or all of a database in memory
		return &DB{DB: db}, nil
	}
	reading, err := connector(o.DSN+separator(o.DSN)+"_pragma=query_only(1)", o)
	if err != nil {
		return nil, err
	}
	w := &writer{connect: physical.Connect}
	db := sql.OpenDB(&pool{writer: w, reading: reading})
	// A transaction that waits for its turn occupies one of these too.
	db.SetMaxOpenConns(o.Readers)
	db.SetMaxIdleConns(o.Readers)
	return &DB{DB: db, writer: w}, nil
}

func separator(dsn string) string {
	for _, c := range dsn {
		if c == '?' {
			return "&"
		}
	}
	return "?"
}

// Stats counts what a database wrote since it was opened.
type Stats struct {
	// Commits is how often the writer waited for the disk, Writes what was made durable by that:
	// statements outside of transactions, and transactions.
	Commits, Writes int64
}

// Stats returns the counts. They are zero for a database with one connection.
func (d *DB) Stats() Stats {
	if d.writer == nil {
		return Stats{}
	}
	return Stats{Commits: d.writer.commits.Load(), Writes: d.writer.writes.Load()}
}

// physical is what a connection of the driver can do. A wrapper has to pass all of it on: what it
// hides database/sql does in a slower and less careful way.
//
// The driver's own check of arguments is left out on purpose: without it database/sql converts
// what a statement would refuse.
type physical interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// opener opens physical connections, with a memory for statements if wanted.
type opener struct {
	driver.Connector
	statements int
}

func connector(dsn string, o Options) (*opener, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	if o.Between != nil {
		c = o.Between(c)
	}
	return &opener{c, o.Statements}, nil
}

var errDriver = errors.New("the driver's connections lack what this package relies on")

// Connect implements driver.Connector.
func (o *opener) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := o.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	p, ok := conn.(physical)
	if !ok {
		return nil, errors.Join(errDriver, conn.Close())
	}
	if o.statements <= 0 {
		return p, nil
	}
	return newCached(p, o.statements), nil
}

// pool is the connector of a database with one writer and several readers.
type pool struct {
	writer  *writer
	reading *opener
	closing sync.Once
}

// Connect implements driver.Connector. A connection opens its reader when it first reads.
func (p *pool) Connect(ctx context.Context) (driver.Conn, error) {
	if err := p.writer.open(ctx); err != nil {
		return nil, err
	}
	return &conn{writer: p.writer, reading: p.reading}, nil
}

// Driver implements driver.Connector.
func (p *pool) Driver() driver.Driver { return p.reading.Driver() }

// Close implements io.Closer: database/sql calls it after the last connection is closed. The writer
// goes last, since the last connection to leave empties the write-ahead log.
func (p *pool) Close() (err error) {
	p.closing.Do(func() { err = p.writer.close() })
	return err
}
