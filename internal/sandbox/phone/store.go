package phone

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
	_ "modernc.org/sqlite" // the driver
)

// store is phones.db: who has a phone, what stands on it, and which groups there are. All methods of a nil
// store do nothing.
type store struct{ db *sql.DB }

// owner is whose phone it is.
type owner struct {
	Number, Name string
	Customer     bool
	Platform     Platform
}

const schema = `
CREATE TABLE IF NOT EXISTS phone (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT,
	number   TEXT NOT NULL UNIQUE,
	name     TEXT NOT NULL,
	customer INTEGER NOT NULL,
	platform TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS message (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	number TEXT NOT NULL,
	id     TEXT NOT NULL,
	facts  TEXT NOT NULL, -- JSON
	raw    BLOB NOT NULL, -- protobuf as it was decrypted
	node   BLOB,          -- what the stanza said, binary form
	UNIQUE (number, id)
);
CREATE TABLE IF NOT EXISTS chat_group (
	chat    TEXT PRIMARY KEY,
	subject TEXT NOT NULL,
	members TEXT NOT NULL -- JSON
);`

func openStore(ctx context.Context, dir string) (*store, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "phones.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, fmt.Errorf("open phones.db: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open phones.db: %w", err)
	}
	return &store{db: db}, nil
}

func (s *store) close() error {
	if s == nil {
		return nil
	}
	return s.db.Close()
}

func (s *store) exec(ctx context.Context, query string, args ...any) error {
	if s == nil {
		return nil
	}
	if _, err := s.db.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("write phones.db: %w", err)
	}
	return nil
}

func (s *store) savePhone(ctx context.Context, o owner) error {
	return s.exec(ctx, `INSERT INTO phone (number, name, customer, platform) VALUES (?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET name = excluded.name, customer = excluded.customer, platform = excluded.platform`,
		o.Number, o.Name, o.Customer, string(o.Platform))
}

func (s *store) phones(ctx context.Context) ([]owner, error) {
	return rows(ctx, s, `SELECT number, name, customer, platform FROM phone ORDER BY seq`, nil, func(scan func(...any) error) (o owner, err error) {
		err = scan(&o.Number, &o.Name, &o.Customer, &o.Platform)
		return o, err
	})
}

func (s *store) saveGroup(ctx context.Context, g Group) error {
	members, err := json.Marshal(g.Members)
	if err != nil {
		return fmt.Errorf("write members of %s: %w", g.Chat, err)
	}
	return s.exec(ctx, `INSERT INTO chat_group (chat, subject, members) VALUES (?, ?, ?)
		ON CONFLICT (chat) DO UPDATE SET subject = excluded.subject, members = excluded.members`, g.Chat, g.Subject, string(members))
}

func (s *store) groups(ctx context.Context) ([]Group, error) {
	return rows(ctx, s, `SELECT chat, subject, members FROM chat_group ORDER BY rowid`, nil, func(scan func(...any) error) (g Group, err error) {
		var members []byte
		if err := scan(&g.Chat, &g.Subject, &members); err != nil {
			return g, err
		}
		return g, json.Unmarshal(members, &g.Members)
	})
}

// saveMessage writes a message, or what changed about it.
func (s *store) saveMessage(ctx context.Context, number string, r *record) error {
	if s == nil {
		return nil
	}
	facts, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write message %s: %w", r.ID, err)
	}
	raw, err := proto.Marshal(r.raw)
	if err != nil {
		return fmt.Errorf("write message %s: %w", r.ID, err)
	}
	var node []byte
	if r.node != nil {
		if node, err = waBinary.Marshal(*r.node); err != nil {
			return fmt.Errorf("write stanza of %s: %w", r.ID, err)
		}
	}
	return s.exec(ctx, `INSERT INTO message (number, id, facts, raw, node) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (number, id) DO UPDATE SET facts = excluded.facts, raw = excluded.raw, node = excluded.node`,
		number, r.ID, string(facts), raw, node)
}

func (s *store) dropMessage(ctx context.Context, number, id string) error {
	return s.exec(ctx, `DELETE FROM message WHERE number = ? AND id = ?`, number, id)
}

func (s *store) messages(ctx context.Context, number string) ([]*record, error) {
	return rows(ctx, s, `SELECT facts, raw, node FROM message WHERE number = ? ORDER BY seq`, []any{number}, func(scan func(...any) error) (*record, error) {
		var facts, raw, node []byte
		if err := scan(&facts, &raw, &node); err != nil {
			return nil, err
		}
		r := &record{raw: &waE2E.Message{}}
		if err := json.Unmarshal(facts, r); err != nil {
			return nil, err
		}
		if err := proto.Unmarshal(raw, r.raw); err != nil {
			return nil, err
		}
		if len(node) > 1 { // the first byte says whether the rest is compressed: it is not
			var err error
			if r.node, err = waBinary.Unmarshal(node[1:]); err != nil {
				return nil, err
			}
		}
		return r, nil
	})
}

func rows[T any](ctx context.Context, s *store, query string, args []any, read func(scan func(...any) error) (T, error)) ([]T, error) {
	found, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read phones.db: %w", err)
	}
	defer func() { _ = found.Close() }()
	var out []T
	for found.Next() {
		v, err := read(found.Scan)
		if err != nil {
			return nil, fmt.Errorf("read phones.db: %w", err)
		}
		out = append(out, v)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read phones.db: %w", err)
	}
	return out, nil
}
