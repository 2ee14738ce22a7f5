package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// load opens the database in dir and reads the state of an earlier run.
func (n *Network) load(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	k, err := openDisk(n.ctx, dir)
	if err != nil {
		return err
	}
	r := &restorer{n: n, k: k}
	if err := r.all(n.ctx); err != nil {
		return errors.Join(err, k.close())
	}
	n.disk = k
	return nil
}

// restorer reads tables in the order in which they refer to each other.
type restorer struct {
	n        *Network
	k        *disk
	lastSeen int64 // place in time of the newest message read so far
}

func (r *restorer) all(ctx context.Context) error {
	if err := r.checkSeed(ctx); err != nil {
		return err
	}
	for _, table := range []struct {
		query string
		read  func(*sql.Rows) error
	}{
		{`SELECT phone, name, lid, key, next_device FROM account`, r.account},
		{`SELECT phone, text FROM about`, r.about},
		{`SELECT phone, id, media FROM picture`, r.picture},
		{`SELECT phone, id, noise, known, uploaded, registration, identity, signed_id, signed_pub, signed_sig FROM device`, r.device},
		{`SELECT phone, id FROM removed_device`, r.removedDevice},
		{`SELECT phone, device, id, pub FROM prekey ORDER BY phone, device, id`, r.oneTimeKey},
		{`SELECT phone, by_phone, by_device FROM watcher`, r.watcher},
		{`SELECT seq, phone, device, stanza FROM outbox ORDER BY seq`, r.entry},
		{`SELECT at, phone, device, id, digest, t FROM seen ORDER BY slot`, r.seen},
		{`SELECT id, subject, creator, created, settings FROM chat_group`, r.group},
		{`SELECT id, phone FROM group_member ORDER BY id, position`, r.groupMember},
		{`SELECT phone, collection, patch FROM app_state ORDER BY phone, collection, version`, r.patch},
	} {
		if err := r.each(ctx, table.query, table.read); err != nil {
			return fmt.Errorf("%s: %w", table.query, err)
		}
	}
	return nil
}

func (r *restorer) each(ctx context.Context, query string, read func(*sql.Rows) error) error {
	rows, err := r.k.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// checkSeed keeps clients and server from disagreeing about LIDs and keys.
func (r *restorer) checkSeed(ctx context.Context) error {
	root := fmt.Sprintf("%x", r.n.RootKey())
	var stored string
	err := r.k.db.QueryRowContext(ctx, `INSERT INTO setting (name, value) VALUES ('root', ?)
		ON CONFLICT (name) DO UPDATE SET value = value RETURNING value`, root).Scan(&stored)
	if err != nil {
		return err
	}
	if stored != root {
		return ErrSeed
	}
	return nil
}

func (r *restorer) account(rows *sql.Rows) error {
	var phone, name, lid string
	var key []byte
	var next uint16
	if err := rows.Scan(&phone, &name, &lid, &key, &next); err != nil {
		return err
	}
	if len(key) != 32 {
		return fmt.Errorf("account %s: key of %d bytes", phone, len(key))
	}
	a := newAccount(phone, lid, keys.NewKeyPairFromPrivateKey([32]byte(key)))
	a.Name, a.nextDevice = name, next
	r.n.accounts[phone], r.n.byLID[lid] = a, a
	return nil
}

func (r *restorer) device(rows *sql.Rows) error {
	d := &device{}
	b := &d.bundle
	var phone string
	var noiseKey, identity, signedPub, signedSig []byte
	if err := rows.Scan(&phone, &d.id, &noiseKey, &b.known, &b.uploaded, &b.registration,
		&identity, &b.signedID, &signedPub, &signedSig); err != nil {
		return err
	}
	copy(d.noise[:], noiseKey)
	copy(b.identity[:], identity)
	copy(b.signedPub[:], signedPub)
	copy(b.signedSig[:], signedSig)
	return r.in(phone, func(a *account) {
		d.account = a
		a.devices[d.id] = d
	})
}

func (r *restorer) removedDevice(rows *sql.Rows) error {
	var phone string
	var id uint16
	if err := rows.Scan(&phone, &id); err != nil {
		return err
	}
	return r.in(phone, func(a *account) { a.removed[id] = true })
}

func (r *restorer) oneTimeKey(rows *sql.Rows) error {
	var phone string
	var id uint16
	var key oneTimeKey
	var pub []byte
	if err := rows.Scan(&phone, &id, &key.id, &pub); err != nil {
		return err
	}
	copy(key.pub[:], pub)
	return r.at(phone, id, func(d *device) { d.onetime = append(d.onetime, key) })
}

func (r *restorer) watcher(rows *sql.Rows) error {
	var phone, byPhone string
	var byDevice uint16
	if err := rows.Scan(&phone, &byPhone, &byDevice); err != nil {
		return err
	}
	return r.in(phone, func(a *account) {
		_ = r.at(byPhone, byDevice, func(d *device) { a.watchers[d] = true })
	})
}

func (r *restorer) entry(rows *sql.Rows) error {
	e := &entry{}
	var phone string
	var id uint16
	var stanza []byte
	if err := rows.Scan(&e.seq, &phone, &id, &stanza); err != nil {
		return err
	}
	node, err := decodeStanza(stanza)
	if err != nil {
		return err
	}
	e.node, e.key = *node, keyOf(node)
	r.n.lastSeq = max(r.n.lastSeq, e.seq)
	return r.at(phone, id, func(d *device) { d.outbox = append(d.outbox, e) })
}

// decodeStanza reverses the encoder, whose first byte says "not compressed".
func decodeStanza(raw []byte) (*waBinary.Node, error) {
	if len(raw) == 0 {
		return nil, errors.New("empty stanza")
	}
	return waBinary.Unmarshal(raw[1:])
}

func (r *restorer) seen(rows *sql.Rows) error {
	var key seenKey
	var v verdict
	var at int64
	var phone string
	var id uint16
	var digest []byte
	if err := rows.Scan(&at, &phone, &id, &key.id, &digest, &v.t); err != nil {
		return err
	}
	copy(key.digest[:], digest)
	key.device = types.NewJID(phone, types.DefaultUserServer)
	key.device.Device = id
	r.n.seen.restore(key, v, at > r.lastSeen)
	r.lastSeen = max(r.lastSeen, at)
	r.n.lastSeq = max(r.n.lastSeq, at)
	return nil
}

func (r *restorer) group(rows *sql.Rows) error {
	g := &group{}
	var creator string
	var created int64
	var settings []byte
	if err := rows.Scan(&g.id, &g.subject, &creator, &created, &settings); err != nil {
		return err
	}
	node, err := decodeStanza(settings)
	if err != nil {
		return err
	}
	g.created, g.settings = time.Unix(created, 0), node.GetChildren()
	r.n.groups[g.id] = g
	return r.in(creator, func(a *account) { g.creator = a })
}

func (r *restorer) groupMember(rows *sql.Rows) error {
	var id, phone string
	if err := rows.Scan(&id, &phone); err != nil {
		return err
	}
	return r.in(phone, func(a *account) {
		if g := r.n.groups[id]; g != nil {
			g.members = append(g.members, a)
		}
	})
}

func (r *restorer) patch(rows *sql.Rows) error {
	var phone, collection string
	var p []byte
	if err := rows.Scan(&phone, &collection, &p); err != nil {
		return err
	}
	return r.in(phone, func(a *account) { a.state[collection] = append(a.state[collection], p) })
}

// in finds the account a row belongs to.
func (r *restorer) in(phone string, fn func(*account)) error {
	a := r.n.accounts[phone]
	if a == nil {
		return fmt.Errorf("%w: %s", ErrUnknownAccount, phone)
	}
	fn(a)
	return nil
}

// at finds the device a row belongs to.
func (r *restorer) at(phone string, id uint16, fn func(*device)) error {
	a := r.n.accounts[phone]
	if a == nil || a.devices[id] == nil {
		return fmt.Errorf("%w: %s device %d", ErrUnknownAccount, phone, id)
	}
	fn(a.devices[id])
	return nil
}
