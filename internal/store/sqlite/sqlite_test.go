package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		acceptUntilKilled(path)
	}
	goleak.VerifyTestMain(m)
}

// open opens a store that is closed at the end of the test.
func open(t testing.TB, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestFile(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, sqlite.Options{Path: filepath.Join(t.TempDir(), "gateway.db")})
	})
}

func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the whole suite once more: not with -short")
	}
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, sqlite.Options{}) })
}

func TestDurable(t *testing.T) {
	storetest.RunDurable(t, func(t *testing.T, dir string) store.Store {
		return open(t, sqlite.Options{Path: filepath.Join(dir, "gateway.db")})
	})
}

// Two databases in memory know nothing of each other.
func TestMemoryIsPrivate(t *testing.T) {
	a, b := open(t, sqlite.Options{}), open(t, sqlite.Options{})
	addChannel(t, a)
	list, err := b.Channels(t.Context())
	if err != nil || len(list) != 0 {
		t.Errorf("the other database has %v, %v", list, err)
	}
}

// Nobody but the owner may read messages, not in the log of SQLite either, whatever the umask.
func TestFilesAreTheOwnersOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "data 100%?#&x")
	path := filepath.Join(dir, "gateway.db")
	s := open(t, sqlite.Options{Path: path})
	addChannel(t, s)
	for name, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestOpenFails(t *testing.T) {
	notDatabase := filepath.Join(t.TempDir(), "gateway.db")
	if err := os.WriteFile(notDatabase, []byte("this is a text and no database, and it is long enough to be looked at as one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a text file": notDatabase, "a directory": t.TempDir(), "below a file": filepath.Join(notDatabase, "x", "gateway.db")} {
		if s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path}); err == nil {
			_ = s.Close()
			t.Errorf("%s was opened", name)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if s, err := sqlite.Open(ctx, sqlite.Options{}); err == nil {
		_ = s.Close()
		t.Error("opened although the time for it was over")
	}
}

// What a kill can't show: that the log is synced with each commit, and references are checked.
func TestPragmas(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	err := s.Write(t.Context(), func(x *sqlite.Tx) error {
		for pragma, want := range map[string]int64{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000} {
			if got, err := x.Number("pragma " + pragma); err != nil || got != want {
				t.Errorf("%s is %d, %v; want %d", pragma, got, err, want)
			}
		}
		n, err := x.Number("select count(*) from pragma_journal_mode where journal_mode = 'wal'")
		if err != nil || n != 1 {
			t.Errorf("the journal is no write-ahead log: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.Read(t.Context(), addToken(10)); err == nil {
		t.Error("a reader could write")
	}
}
