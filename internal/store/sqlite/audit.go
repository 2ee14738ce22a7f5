package sqlite

import (
	"context"
	"database/sql"
	"math"

	"tapgate/internal/store"
)

// BeginAudit implements store.Audits.
func (s *Store) BeginAudit(ctx context.Context, a store.Audit) (seq int64, err error) {
	changes, err := store.EncodeChanges(a.Changes)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		seq, _, err = t.insert(`insert into audit (at, token, action, channel, target, outcome, changes) values (?, ?, ?, ?, ?, ?, ?)`,
			micros(a.At), a.Token, a.Action, string(a.Channel), a.Target, string(a.Outcome), string(changes))
		return err
	})
	return seq, err
}

// EndAudit implements store.Audits.
func (s *Store) EndAudit(ctx context.Context, seq int64, a store.Audit) error {
	changes, err := store.EncodeChanges(a.Changes)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec(`update audit set outcome = ?1, channel = case ?2 when '' then channel else ?2 end,
			target = case ?3 when '' then target else ?3 end, changes = case ?4 when 0 then changes else ?5 end where seq = ?6`,
			string(a.Outcome), string(a.Channel), a.Target, len(a.Changes), string(changes), seq)
		return changed(n, err, "record")
	})
}

// AuditLog implements store.Audits.
func (s *Store) AuditLog(ctx context.Context, q store.AuditQuery) (list []store.Audit, err error) {
	text, args := `select seq, at, token, action, channel, target, outcome, changes from audit where seq < ? order by seq desc limit ?`, []any{}
	if q.Channel != "" {
		text = `select seq, at, token, action, channel, target, outcome, changes from audit where channel = ? and seq < ? order by seq desc limit ?`
		args = append(args, string(q.Channel))
	}
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	err = s.read(ctx, func(t *tx) error {
		list = nil
		return t.each(func(rows *sql.Rows) error {
			var a store.Audit
			var at int64
			var changes []byte
			err := rows.Scan(&a.Seq, &at, &a.Token, &a.Action, &a.Channel, &a.Target, &a.Outcome, &changes)
			if err != nil {
				return err
			}
			a.At = instant(at)
			a.Changes, err = store.DecodeChanges(changes)
			list = append(list, a)
			return err
		}, text, append(args, before, q.Limit)...)
	})
	return list, err
}
