package meow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"go.mau.fi/whatsmeow/store/sqlstore"

	"tapgate/internal/sqlitedb"
)

// RenewSessions makes a database that steps back in time safe to use, such as one from a backup. A
// Signal session counts the messages that it has encrypted; one that steps back uses counters again,
// and readers drop those messages in silence. So all sessions are forgotten, and so are our own keys of
// groups: the next message to each device begins a new session, and a device that still uses the old
// one is asked to send again. Pairings, identities and the keys of others stay. No process may use the
// database meanwhile.
func RenewSessions(ctx context.Context, path string) error {
	o := Options{Path: path, Log: slog.New(slog.DiscardHandler)}
	if err := upgrade(ctx, o); err != nil {
		return fmt.Errorf("open the database of sessions: %w", err)
	}
	db, err := sqlitedb.Open(sqlitedb.Options{DSN: dataSource(path)})
	if err != nil {
		return fmt.Errorf("open the database of sessions: %w", err)
	}
	if err := errors.Join(renew(ctx, db.DB), db.Close()); err != nil {
		return fmt.Errorf("forget sessions: %w", err)
	}
	return nil
}

func renew(ctx context.Context, db *sql.DB) error {
	devices, err := sqlstore.NewWithDB(db, "sqlite", nil).GetAllDevices(ctx)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "delete from whatsmeow_sessions"); err != nil {
		return err
	}
	for _, d := range devices {
		for _, own := range []string{d.ID.SignalAddress().String(), d.GetLID().SignalAddress().String()} {
			_, err := db.ExecContext(ctx, "delete from whatsmeow_sender_keys where our_jid = ? and sender_id = ?", d.ID.String(), own)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
