package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"tapgate/internal/backup"
	"tapgate/internal/fault"
)

// dataDir is the directory that a process keeps its state in. One process uses it at a time.
type dataDir struct {
	path string // "" keeps nothing: what would be a file is then in memory
	log  *slog.Logger
	lock *os.File
}

// lockName is the file that the process which uses the directory holds a lock on.
const lockName = "lock"

func (d *dataDir) keeps() bool { return d.path != "" }

// open makes the directory, 0700, and locks it.
func (d *dataDir) open(context.Context) error {
	if !d.keeps() {
		return nil
	}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return unusable(d.path, err)
	}
	info, err := os.Stat(d.path)
	if err != nil {
		return unusable(d.path, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		d.log.Warn("data directory can be read by others: it holds the keys of the session", "dir", d.path, "mode", info.Mode().Perm().String())
	}
	if backup.Unfinished(d.path) {
		return &fault.Error{
			Kind: fault.Unavailable, Code: "storage", Message: "a backup was not restored to the end in " + d.path,
			Next: "empty the directory and restore the backup again",
		}
	}
	name := filepath.Join(d.path, lockName)
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unusable(name, err)
	}
	if err := lockFile(file); err != nil {
		return errors.Join(&fault.Error{
			Kind: fault.Conflict, Code: "locked", Message: d.path + " is in use by another tapgate",
			Next: "end that process, or choose another --data", Cause: err,
		}, file.Close())
	}
	d.lock = file
	return nil
}

// close unlocks the directory.
func (d *dataDir) close(context.Context) error {
	if !d.keeps() {
		return nil
	}
	return d.lock.Close() // which ends the lock
}

// file makes a file inside that its owner only may read, and returns its path, "" when nothing is kept.
func (d *dataDir) file(name string) (string, error) {
	if !d.keeps() {
		return "", nil
	}
	path := filepath.Join(d.path, name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", unusable(path, err)
	}
	return path, f.Close()
}

// sub makes a directory inside and returns its path, "" when nothing is kept.
func (d *dataDir) sub(name string) (string, error) {
	if !d.keeps() {
		return "", nil
	}
	path := filepath.Join(d.path, name)
	return path, unusable(path, os.MkdirAll(path, 0o700))
}

// tokenName is the file in which the sandbox keeps the token of its channel, adminTokenName that of its
// admin token. Elsewhere tokens are kept as hashes only; the sandbox has nothing to protect but its
// own play.
const (
	tokenName      = "token"
	adminTokenName = "admin-token"
)

// token returns the token that was kept under a name; "" when there is none.
func (d *dataDir) token(name string) (string, error) {
	if !d.keeps() {
		return "", nil
	}
	b, err := os.ReadFile(filepath.Join(d.path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(b), err
}

// keepToken keeps the token under a name, whole or not at all.
func (d *dataDir) keepToken(name, token string) error {
	if !d.keeps() {
		return nil
	}
	return writeWhole(filepath.Join(d.path, name), []byte(token))
}

// writeWhole writes a file that its owner only may read, whole or not at all.
func writeWhole(path string, content []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
