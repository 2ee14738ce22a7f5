package sqlite

import (
	"database/sql"
	"errors"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"tapgate/internal/fault"
)

// micros is how a time is stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the time that micros stored.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// blob makes absent bytes empty: the columns are not null.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// explain names what a broken constraint means: a new row's name is taken, or what the row refers to
// does not exist. Other errors stay as they are.
func explain(err error, row, refersTo string) error {
	var e interface{ Code() int }
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fault.Wrap(fault.Conflict, err, "this %s exists already", row)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return missing(refersTo)
	}
	return err
}

// found turns the absence of a row into a fault.
func found(err error, row string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return missing(row)
	}
	return err
}

// changed turns a statement that met no row into a fault.
func changed(rows int64, err error, row string) error {
	if err == nil && rows == 0 {
		return missing(row)
	}
	return err
}

func missing(row string) error { return fault.New(fault.NotFound, "no such %s", row) }

// isMissing reports whether err is the absence of a row.
func isMissing(err error) bool { return fault.Is(err, fault.NotFound) }
