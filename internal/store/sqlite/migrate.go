package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
)

// migrations are applied in the order of their numbers. One that has been released is never edited:
// databases exist that went through it.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema to the version of this program. It refuses a database that a later
// version has been at: what that version stored might be overwritten without being understood.
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	has, wants, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if has > wants {
		return fmt.Errorf("database has schema version %d, this program knows versions up to %d: use a later program", has, wants)
	}
	applied, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate from schema version %d: %w", has, err)
	}
	if len(applied) > 0 {
		log.InfoContext(ctx, "database migrated", "from", has, "to", wants)
	}
	return nil
}
