package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// AddToken implements store.Tokens.
func (s *Store) AddToken(ctx context.Context, k channel.Token, hash store.TokenHash) error {
	return s.writeTokens(ctx, func(t *tx) error { return addToken(t, k, hash) })
}

func addToken(t *tx, k channel.Token, hash store.TokenHash) error {
	if k.Channel != "" {
		var one int
		if err := t.one(into(&one), `select 1 from channel where id = ? and removed_at = 0`, string(k.Channel)); err != nil {
			return found(err, "channel")
		}
	}
	_, err := t.exec(`insert into token (hash, id, channel, name, scopes, created_at, expires_at) values (?, ?, nullif(?, ''), ?, ?, ?, ?)`,
		hash[:], k.ID, string(k.Channel), k.Name, joinScopes(k.Scopes), micros(k.CreatedAt), micros(k.ExpiresAt))
	return explain(err, "token", "channel")
}

const selectToken = `select id, ifnull(channel, ''), name, scopes, created_at, expires_at from token `

// Token implements store.Tokens.
func (s *Store) Token(ctx context.Context, hash store.TokenHash) (k channel.Token, err error) {
	k, ok, asked := s.tokens.get(hash)
	if ok {
		k.Scopes = slices.Clone(k.Scopes)
		return k, ctx.Err()
	}
	err = s.read(ctx, func(t *tx) error {
		known := false
		err := t.each(func(rows *sql.Rows) (err error) {
			known = true
			k, err = scanToken(rows)
			return err
		}, selectToken+`where hash = ?`, hash[:])
		if err == nil && !known {
			return missing("token")
		}
		return err
	})
	if err == nil {
		s.tokens.fill(hash, k, asked)
	}
	return k, err
}

// Tokens implements store.Tokens.
func (s *Store) Tokens(ctx context.Context, ch id.Channel) (list []channel.Token, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			k, err := scanToken(rows)
			list = append(list, k)
			return err
		}, selectToken+`where channel is nullif(?, '') order by num`, string(ch))
	})
	return list, err
}

// ReplaceToken implements store.Tokens.
func (s *Store) ReplaceToken(ctx context.Context, old string, until time.Time, k channel.Token, hash store.TokenHash) error {
	return s.writeTokens(ctx, func(t *tx) error {
		n, err := t.exec(`update token set expires_at = case when expires_at > 0 then min(expires_at, ?1) else ?1 end
			where id = ?2 and channel is nullif(?3, '')`, micros(until), old, string(k.Channel))
		if err := changed(n, err, "token"); err != nil {
			return err
		}
		return addToken(t, k, hash)
	})
}

// RemoveToken implements store.Tokens.
func (s *Store) RemoveToken(ctx context.Context, ch id.Channel, token string) error {
	return s.writeTokens(ctx, func(t *tx) error {
		n, err := t.exec(`delete from token where id = ? and channel is nullif(?, '')`, token, string(ch))
		return changed(n, err, "token")
	})
}

func scanToken(rows *sql.Rows) (k channel.Token, err error) {
	var scopes string
	var created, expires int64
	if err := rows.Scan(&k.ID, &k.Channel, &k.Name, &scopes, &created, &expires); err != nil {
		return k, err
	}
	for scope := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, channel.Scope(scope))
	}
	k.CreatedAt, k.ExpiresAt = instant(created), instant(expires)
	return k, nil
}

func joinScopes(list []channel.Scope) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}
