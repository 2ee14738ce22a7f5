package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Copy copies a database as it is at one moment, while others may write to it, and checks the
// copy.
func Copy(ctx context.Context, from, to string) error {
	err := with(from, "ro", func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "vacuum into ?", to)
		return err
	})
	if err != nil {
		return err
	}
	return Check(ctx, to)
}

// Check reads a database from end to end and returns what is wrong with it. Nothing is written to it.
func Check(ctx context.Context, path string) error {
	return with(path, "ro", func(db *sql.DB) error {
		var verdict string
		if err := db.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", ErrDamaged, verdict)
		}
		return nil
	})
}

// ErrDamaged says that a file is not what was written.
var ErrDamaged = errors.New("damaged")

func with(path, mode string, do func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode="+mode+"&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(do(db), db.Close())
}
