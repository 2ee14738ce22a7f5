package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"tapgate/internal/fault"
)

// What commonly keeps the program from starting becomes a fault that says what it is and what to do
// about it. Whatever else fails keeps its own words.

// unbound explains why an address can't be listened on.
func unbound(flag, address string, err error) error {
	f := &fault.Error{Kind: fault.Unavailable, Code: "listen", Message: fmt.Sprintf("%s %s can't be listened on", flag, address), Cause: err}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		f.Next = "another program uses this port: end it, or choose another port"
	case errors.Is(err, syscall.EACCES):
		f.Next = "ports below 1024 need a privilege: choose a port from 1024 on"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		f.Next = "this machine does not have that address: choose one of its own, such as 127.0.0.1"
	default:
		f.Next = "choose another address"
	}
	return f
}

// unusable explains why something in a data directory can't be used.
func unusable(path string, err error) error {
	if f := (*fault.Error)(nil); err == nil || errors.As(err, &f) {
		return err
	}
	dir := filepath.Dir(path)
	f := &fault.Error{Kind: fault.Unavailable, Code: "storage", Message: path + " can't be used", Cause: err}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), sqliteCode(err) == sqliteFull:
		f.Next = "the disk is full: make room for " + dir + " and start again; nothing was lost"
	case sqliteCode(err) == sqliteCorrupt, sqliteCode(err) == sqliteNotADatabase:
		f.Next = "the file is damaged: keep a copy of " + dir + ", then 'tapgate restore' a backup into an empty directory"
	case errors.Is(err, syscall.EROFS):
		f.Next = "its file system is mounted read-only: choose another --data"
	case errors.Is(err, fs.ErrPermission), sqliteCode(err) == sqliteReadOnly, sqliteCode(err) == sqliteCantOpen, sqliteCode(err) == sqlitePerm:
		f.Next = "the user that runs tapgate must own " + dir + " and be able to write to it"
	case sqliteCode(err) == sqliteBusy:
		f.Next = "another program has the database open: end it and start again"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EEXIST), errors.Is(err, syscall.EISDIR):
		f.Next = "a file stands where a directory belongs, or the other way round: choose another --data"
	default:
		return fmt.Errorf("%s: %w", path, err)
	}
	return f
}

// The result codes of SQLite that an operator can do something about.
const (
	sqlitePerm         = 3
	sqliteBusy         = 5
	sqliteReadOnly     = 8
	sqliteCorrupt      = 11
	sqliteFull         = 13
	sqliteCantOpen     = 14
	sqliteNotADatabase = 26
)

// sqliteCode is the result code in err, without what extends it; 0 when there is none.
func sqliteCode(err error) int {
	var coded interface {
		error
		Code() int
	}
	if !errors.As(err, &coded) {
		return 0
	}
	return coded.Code() & 0xff
}
