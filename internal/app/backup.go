package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tapgate/internal/backend/meow"
	"tapgate/internal/backup"
	"tapgate/internal/fault"
	"tapgate/internal/store/sqlite"
)

// Backup writes an archive of a data directory to w, also while a gateway works in it. Copies of the
// databases stand in a directory below temp meanwhile.
func Backup(ctx context.Context, dir string, w io.Writer, temp, version string) (backup.Manifest, error) {
	if _, err := os.Stat(filepath.Join(dir, "gateway.db")); err != nil {
		return backup.Manifest{}, &fault.Error{
			Kind: fault.NotFound, Message: dir + " holds no gateway", Next: "name the data directory with --data", Cause: err,
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "network")); err == nil {
		return backup.Manifest{}, fault.New(fault.Unsupported, "%s belongs to a sandbox, which has no number to lose: end it and copy the directory", dir)
	}
	private, err := os.MkdirTemp(temp, ".tapgate-backup-")
	if err != nil {
		return backup.Manifest{}, unusable(filepath.Join(temp, "copy"), err)
	}
	m, err := backup.Write(ctx, dir, w, private, version)
	return m, errors.Join(unusable(filepath.Join(dir, "gateway.db"), err), os.RemoveAll(private))
}

// Restore puts an archive into a data directory, which must be empty or not exist, and makes it safe to
// go on from: see meow.RenewSessions. The instance that the backup was made of must not run any more.
func Restore(ctx context.Context, dir string, r io.Reader, o Options) (backup.Manifest, error) {
	o = o.withDefaults()
	d := &dataDir{path: dir, log: o.Log}
	if err := empty(dir); err != nil {
		return backup.Manifest{}, err
	}
	if err := d.open(ctx); err != nil {
		return backup.Manifest{}, err
	}
	m, err := backup.Restore(ctx, r, dir, func(part string) error {
		return meow.RenewSessions(ctx, filepath.Join(part, "whatsmeow.db"))
	})
	if errors.Is(err, backup.ErrDamaged) {
		err = &fault.Error{Kind: fault.Invalid, Message: "the backup can't be used", Next: "take another one; nothing was restored", Cause: err}
	}
	if err == nil {
		err = recordRestored(ctx, filepath.Join(dir, "gateway.db"), o)
	}
	return m, errors.Join(unusable(filepath.Join(dir, "gateway.db"), err), d.close(ctx))
}

// recordRestored notes in the database itself that it was restored.
func recordRestored(ctx context.Context, path string, o Options) error {
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path, Log: o.Log})
	if err != nil {
		return err
	}
	return errors.Join(recordDone(ctx, s, "restore", "", ""), s.Close())
}

// empty reports whether a directory holds nothing, or is not there.
func empty(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unusable(filepath.Join(dir, "."), err)
	}
	for _, e := range list {
		if e.Name() != lockName && e.Name() != "lost+found" {
			return &fault.Error{
				Kind: fault.Conflict, Message: dir + " is not empty",
				Next: "a backup is restored into an empty directory only: name another one with --data, or move what is there away",
			}
		}
	}
	return nil
}
