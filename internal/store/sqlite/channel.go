package sqlite

import (
	"context"
	"database/sql"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

// AddChannel implements store.Channels.
func (s *Store) AddChannel(ctx context.Context, c channel.Channel, token store.TokenHash) error {
	settings, err := store.EncodeSettings(c.Settings)
	if err != nil {
		return err
	}
	return s.writeTokens(ctx, func(t *tx) error {
		_, err := t.exec(`insert into channel (id, name, number, push_name, device, created_at, settings) values (?, ?, ?, ?, ?, ?, ?)`,
			string(c.ID), c.Name, string(c.Number), c.PushName, c.Device, micros(c.CreatedAt), string(settings))
		if err != nil {
			return explain(err, "channel", "channel")
		}
		first := channel.Token{ID: id.NewTokenID(), Channel: c.ID, Name: "first", Scopes: channel.Scopes(), CreatedAt: c.CreatedAt}
		return addToken(t, first, token)
	})
}

const selectChannel = `select id, name, number, push_name, device, created_at, ended, settings from channel `

// Channel implements store.Channels.
func (s *Store) Channel(ctx context.Context, ch id.Channel) (c channel.Channel, err error) {
	err = s.read(ctx, func(t *tx) error {
		found := false
		err := t.each(func(rows *sql.Rows) (err error) {
			found = true
			c, err = scanChannel(rows)
			return err
		}, selectChannel+`where id = ? and removed_at = 0`, string(ch))
		if err == nil && !found {
			return missing("channel")
		}
		return err
	})
	return c, err
}

// Channels implements store.Channels.
func (s *Store) Channels(ctx context.Context) (list []channel.Channel, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			c, err := scanChannel(rows)
			list = append(list, c)
			return err
		}, selectChannel+`where removed_at = 0 order by num`)
	})
	return list, err
}

func scanChannel(rows *sql.Rows) (c channel.Channel, err error) {
	var created int64
	var settings []byte
	if err := rows.Scan(&c.ID, &c.Name, &c.Number, &c.PushName, &c.Device, &created, &c.Ended, &settings); err != nil {
		return c, err
	}
	c.CreatedAt = instant(created)
	c.Settings, err = store.DecodeSettings(settings)
	return c, err
}

// SetIdentity implements store.Channels.
func (s *Store) SetIdentity(ctx context.Context, ch id.Channel, number id.User, device, pushName, ended string) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec(`update channel set number = ?, device = ?, push_name = ?, ended = ? where id = ? and removed_at = 0`,
			string(number), device, pushName, ended, string(ch))
		return changed(n, err, "channel")
	})
}

// SetSettings implements store.Channels.
func (s *Store) SetSettings(ctx context.Context, ch id.Channel, settings channel.Settings) error {
	row, err := store.EncodeSettings(settings)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec(`update channel set settings = ? where id = ? and removed_at = 0`, string(row), string(ch))
		return changed(n, err, "channel")
	})
}
