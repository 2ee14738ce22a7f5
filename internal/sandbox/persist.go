package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	waBinary "go.mau.fi/whatsmeow/binary"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// schema holds the state of a network. JIDs are not stored where phone number and
// device id say the same.
const schema = `
CREATE TABLE IF NOT EXISTS account (
	phone TEXT PRIMARY KEY, name TEXT NOT NULL, lid TEXT NOT NULL,
	key BLOB NOT NULL, next_device INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS about (phone TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS picture (phone TEXT PRIMARY KEY, id INTEGER NOT NULL, media TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS device (
	phone TEXT NOT NULL, id INTEGER NOT NULL, noise BLOB NOT NULL,
	known INTEGER NOT NULL, uploaded INTEGER NOT NULL, registration INTEGER NOT NULL,
	identity BLOB NOT NULL, signed_id INTEGER NOT NULL, signed_pub BLOB NOT NULL, signed_sig BLOB NOT NULL,
	PRIMARY KEY (phone, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS removed_device (
	phone TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (phone, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS prekey (
	phone TEXT NOT NULL, device INTEGER NOT NULL, id INTEGER NOT NULL, pub BLOB NOT NULL,
	PRIMARY KEY (phone, device, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watcher (
	phone TEXT NOT NULL, by_phone TEXT NOT NULL, by_device INTEGER NOT NULL,
	PRIMARY KEY (phone, by_phone, by_device)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
	seq INTEGER PRIMARY KEY, phone TEXT NOT NULL, device INTEGER NOT NULL, stanza BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS seen (
	slot INTEGER PRIMARY KEY, at INTEGER NOT NULL, phone TEXT NOT NULL, device INTEGER NOT NULL,
	id TEXT NOT NULL, digest BLOB NOT NULL, t INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS chat_group (
	id TEXT PRIMARY KEY, subject TEXT NOT NULL, creator TEXT NOT NULL, created INTEGER NOT NULL, settings BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS group_member (
	id TEXT NOT NULL, position INTEGER NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS app_state (
	phone TEXT NOT NULL, collection TEXT NOT NULL, version INTEGER NOT NULL, patch BLOB NOT NULL,
	PRIMARY KEY (phone, collection, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

// ErrSeed says that the state in a directory was made under another seed.
var ErrSeed = errors.New("sandbox: state belongs to another seed")

// disk is the database of a network that keeps its state.
type disk struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

// openDisk opens network.db. WAL with synchronous=NORMAL survives kill -9 of the
// process; a power cut may lose the last moments, as a sandbox may.
func openDisk(ctx context.Context, dir string) (*disk, error) {
	dsn := "file:" + filepath.Join(dir, "network.db") +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &disk{db: db, prepared: make(map[string]*sql.Stmt)}, nil
}

// commit writes the rows of one change in one transaction. Network.mu is held.
func (k *disk) commit(ctx context.Context, rows []row) (err error) {
	for _, r := range rows {
		if k.prepared[r.query] == nil {
			if k.prepared[r.query], err = k.db.PrepareContext(ctx, r.query); err != nil {
				return err
			}
		}
	}
	tx, err := k.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := tx.StmtContext(ctx, k.prepared[r.query]).ExecContext(ctx, r.args...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (k *disk) close() error {
	var err error
	for _, stmt := range k.prepared {
		err = errors.Join(err, stmt.Close())
	}
	return errors.Join(err, k.db.Close())
}

func (ch *change) saveAccount(a *account) {
	ch.write(`INSERT INTO account (phone, name, lid, key, next_device) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (phone) DO UPDATE SET name = excluded.name, key = excluded.key, next_device = excluded.next_device`,
		a.Phone, a.Name, a.LID.User, a.key.Priv[:], int64(a.nextDevice))
}

func (ch *change) saveDevice(d *device) {
	b := &d.bundle
	ch.write(`INSERT OR REPLACE INTO device
		(phone, id, noise, known, uploaded, registration, identity, signed_id, signed_pub, signed_sig)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.account.Phone, int64(d.id), d.noise[:], b.known, b.uploaded, int64(b.registration),
		b.identity[:], int64(b.signedID), b.signedPub[:], b.signedSig[:])
}

func (ch *change) forgetDevice(d *device) {
	phone, id := d.account.Phone, int64(d.id)
	ch.write(`DELETE FROM device WHERE phone = ? AND id = ?`, phone, id)
	ch.write(`DELETE FROM prekey WHERE phone = ? AND device = ?`, phone, id)
	ch.write(`DELETE FROM outbox WHERE phone = ? AND device = ?`, phone, id)
	ch.write(`DELETE FROM watcher WHERE by_phone = ? AND by_device = ?`, phone, id)
	ch.write(`INSERT OR IGNORE INTO removed_device (phone, id) VALUES (?, ?)`, phone, id)
}

func (ch *change) saveOneTimeKey(d *device, key oneTimeKey) {
	ch.write(`INSERT OR REPLACE INTO prekey (phone, device, id, pub) VALUES (?, ?, ?, ?)`,
		d.account.Phone, int64(d.id), int64(key.id), key.pub[:])
}

func (ch *change) forgetOneTimeKey(d *device, id uint32) {
	ch.write(`DELETE FROM prekey WHERE phone = ? AND device = ? AND id = ?`, d.account.Phone, int64(d.id), int64(id))
}

func (ch *change) saveWatcher(a *account, by *device) {
	ch.write(`INSERT OR IGNORE INTO watcher (phone, by_phone, by_device) VALUES (?, ?, ?)`,
		a.Phone, by.account.Phone, int64(by.id))
}

func (ch *change) saveEntry(d *device, e *entry) {
	if ch.n.disk == nil {
		return
	}
	stanza, err := waBinary.Marshal(e.node)
	if err != nil {
		panic(fmt.Errorf("encode stanza: %w", err)) // the connection's recover reports it
	}
	ch.write(`INSERT INTO outbox (seq, phone, device, stanza) VALUES (?, ?, ?, ?)`,
		e.seq, d.account.Phone, int64(d.id), stanza)
}

func (ch *change) forgetEntry(e *entry) { ch.write(`DELETE FROM outbox WHERE seq = ?`, e.seq) }

func (ch *change) saveSeen(slot int, key seenKey, v verdict) {
	ch.n.lastSeq++
	ch.write(`INSERT OR REPLACE INTO seen (slot, at, phone, device, id, digest, t) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		slot, ch.n.lastSeq, key.device.User, int64(key.device.Device), key.id, key.digest[:], v.t)
}

func (ch *change) saveGroup(g *group) {
	if ch.n.disk == nil {
		return
	}
	settings, err := waBinary.Marshal(element("settings", nil, g.settings))
	if err != nil {
		panic(fmt.Errorf("encode group settings: %w", err)) // the connection's recover reports it
	}
	ch.write(`INSERT OR REPLACE INTO chat_group (id, subject, creator, created, settings) VALUES (?, ?, ?, ?, ?)`,
		g.id, g.subject, g.creator.Phone, g.created.Unix(), settings)
	for i, a := range g.members {
		ch.write(`INSERT OR REPLACE INTO group_member (id, position, phone) VALUES (?, ?, ?)`, g.id, i, a.Phone)
	}
}

func (ch *change) savePatch(a *account, collection string, version int, p patch) {
	ch.write(`INSERT INTO app_state (phone, collection, version, patch) VALUES (?, ?, ?, ?)`,
		a.Phone, collection, version, []byte(p))
}
