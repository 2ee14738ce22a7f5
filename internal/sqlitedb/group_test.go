package sqlitedb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"tapgate/internal/sqlitedb"
)

// patience bounds every single wait: a writer that stands still fails a test, and does not hang it.
const patience = 30 * time.Second

// within runs do and fails the test when it has not returned in time.
func within(t testing.TB, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Errorf("%s: nothing after %s", what, patience)
		panic("a writer stands still") // with all goroutines' stacks
	}
}

// eventually waits until it is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("it never came to be that %s", what)
		}
	}
}

// grouped opens a database with both layers and an empty table.
func grouped(t testing.TB, f *faults) *sqlitedb.DB {
	t.Helper()
	o := sqlitedb.Options{Statements: 64, Readers: 32}
	if f != nil {
		o.Between = f.between
	}
	db := open(t, o)
	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	return db
}

const insert = `insert into t (x) values (?)`

// stopped holds the writer until release is called, and what waits for it meanwhile.
type stopped struct {
	t  *testing.T
	db *sqlitedb.DB
	tx *sql.Tx

	all     sync.WaitGroup
	mu      sync.Mutex
	results map[string]error
}

func stop(t *testing.T, db *sqlitedb.DB) *stopped {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &stopped{t: t, db: db, tx: tx, results: map[string]error{}}
}

// line lets one more wait behind the others.
func (s *stopped) line(name string, do func() error) {
	s.t.Helper()
	before := s.db.Waiting()
	s.all.Go(func() {
		err := do()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.results[name] = err
	})
	eventually(s.t, name+" waits", func() bool { return s.db.Waiting() == before+1 })
}

func (s *stopped) insert(ctx context.Context, x string) {
	s.t.Helper()
	s.line(x, func() error {
		_, err := s.db.ExecContext(ctx, insert, x)
		return err
	})
}

// release ends the transaction that holds the writer and waits for all.
func (s *stopped) release() error {
	s.t.Helper()
	var err error
	within(s.t, "release", func() {
		err = s.tx.Commit()
		s.all.Wait()
	})
	return err
}

func TestOneCommitForAllWhoWait(t *testing.T) {
	db := grouped(t, nil)
	s := stop(t, db)
	run(t, s.tx, insert, "first")
	before := db.Stats()
	for i := range 20 {
		s.insert(t.Context(), fmt.Sprintf("%02d", i))
	}
	if err := s.release(); err != nil {
		t.Fatal(err)
	}
	after := db.Stats()
	if writes, commits := after.Writes-before.Writes, after.Commits-before.Commits; writes != 21 || commits != 1 {
		t.Errorf("%d writes in %d commits, want 21 in 1", writes, commits)
	}
	if n := len(column(t, db, `select x from t`)); n != 21 {
		t.Errorf("%d rows", n)
	}
}

func TestGroupsAreBounded(t *testing.T) {
	o := sqlitedb.Options{Statements: 64, Readers: 120}
	db := open(t, o)
	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	s := stop(t, db)
	before := db.Stats()
	for i := range 100 {
		s.insert(t.Context(), fmt.Sprintf("%03d", i))
	}
	if err := s.release(); err != nil {
		t.Fatal(err)
	}
	if commits := db.Stats().Commits - before.Commits; commits != 2 { // 64 and 37
		t.Errorf("%d commits", commits)
	}
}

// A commit that fails is everybody's failure, and only theirs.
func TestFailingCommitReachesAllMembers(t *testing.T) {
	for _, m := range []manner{notRun, rolledBack} {
		t.Run(string(m), func(t *testing.T) {
			f := newFaults()
			db := grouped(t, f)
			run(t, db, insert, "before")
			s := stop(t, db)
			run(t, s.tx, insert, "first")
			for i := range 5 {
				s.insert(t.Context(), fmt.Sprint(i))
			}
			f.once("COMMIT", 1, m)
			if err := s.release(); !errors.Is(err, errDisk) {
				t.Errorf("the first member got %v", err)
			}
			for x, err := range s.results {
				if !errors.Is(err, errDisk) {
					t.Errorf("%s got %v", x, err)
				}
			}
			want(t, db, "before")
			within(t, "the next write", func() { run(t, db, insert, "after") })
			want(t, db, "after", "before")
		})
	}
}

// When the database takes a whole transaction back, who wrote in it before hears of it, and who
// comes later writes in another.
func TestRolledBackByTheDatabase(t *testing.T) {
	f := newFaults()
	db := grouped(t, f)
	s := stop(t, db)
	run(t, s.tx, insert, "first")
	s.insert(t.Context(), "early")
	s.line("culprit", func() error {
		_, err := db.ExecContext(t.Context(), `insert into t (x) values ('culprit')`)
		return err
	})
	s.insert(t.Context(), "late")
	f.once("insert into t (x) values ('culprit')", 1, rolledBack)
	if err := s.release(); !errors.Is(err, errDisk) {
		t.Errorf("the first member got %v", err)
	}
	if err := s.results["early"]; !errors.Is(err, errDisk) {
		t.Errorf("early got %v", err)
	}
	if err := s.results["culprit"]; !errors.Is(err, errDisk) {
		t.Errorf("the culprit got %v", err)
	}
	if err := s.results["late"]; err != nil {
		t.Errorf("late got %v", err)
	}
	want(t, db, "late")
}

// The same inside of a transaction: none of its later statements may run outside of one.
func TestTransactionRolledBackByTheDatabase(t *testing.T) {
	f := newFaults()
	db := grouped(t, f)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	run(t, tx, insert, "a")
	f.once("insert into t (x) values ('b')", 1, rolledBack)
	if _, err := tx.ExecContext(t.Context(), `insert into t (x) values ('b')`); !errors.Is(err, errDisk) {
		t.Errorf("the fault did not arrive: %v", err)
	}
	if _, err := tx.ExecContext(t.Context(), insert, "c"); err == nil {
		t.Error("a statement ran in a transaction that is no more")
	}
	if _, err := tx.QueryContext(t.Context(), `select x from t`); err == nil {
		t.Error("a query ran in a transaction that is no more")
	}
	if err := tx.Commit(); err == nil {
		t.Error("it was committed")
	}
	want(t, db)
	within(t, "the next write", func() { run(t, db, insert, "d") })
}

// A transaction that is rolled back takes nobody along.
func TestRollbackInsideAGroup(t *testing.T) {
	db := grouped(t, nil)
	s := stop(t, db)
	run(t, s.tx, insert, "first")
	inTx := func(x string, end func(*sql.Tx) error) func() error {
		return func() error {
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(t.Context(), insert, x); err != nil {
				return errors.Join(err, tx.Rollback())
			}
			return end(tx)
		}
	}
	s.insert(t.Context(), "alone")
	s.line("undone", inTx("undone", (*sql.Tx).Rollback))
	s.line("done", inTx("done", (*sql.Tx).Commit))
	s.line("undone last", inTx("undone last", (*sql.Tx).Rollback))
	if err := s.release(); err != nil {
		t.Fatal(err)
	}
	for name, err := range s.results {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	want(t, db, "alone", "done", "first")
}

// Whoever gives up while he waits, or fails, must not leave the others waiting for a commit that
// nobody makes: they may have left it to him.
func TestNobodyWaitsForWhoGaveUp(t *testing.T) {
	for _, last := range []string{"cancelled", "failing", "cancelled transaction", "reading"} {
		t.Run(last, func(t *testing.T) {
			db := grouped(t, nil)
			s := stop(t, db)
			run(t, s.tx, insert, "first")
			s.insert(t.Context(), "second")
			ctx, cancel := context.WithCancel(t.Context())
			switch last {
			case "cancelled":
				s.insert(ctx, "never")
			case "failing":
				s.insert(t.Context(), "first")
			case "cancelled transaction":
				s.line("never", func() error {
					tx, err := db.BeginTx(ctx, nil)
					if err == nil {
						err = tx.Commit()
					}
					return err
				})
			case "reading":
				s.line("never", func() error {
					_, err := db.ExecContext(ctx, `delete from t where x = 'nobody'`)
					return err
				})
			}
			cancel()
			if err := s.release(); err != nil {
				t.Fatal(err)
			}
			if err := s.results["second"]; err != nil {
				t.Errorf("second: %v", err)
			}
			if err := s.results["never"]; last != "failing" && !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up got %v", err)
			}
			want(t, db, "first", "second")
		})
	}
}

// Many writers of all kinds at once, each of which knows exactly what it may find afterwards.
func TestStress(t *testing.T) {
	const writers, rounds = 24, 60
	db := grouped(t, nil)
	var all sync.WaitGroup
	kept := make([][]string, writers)
	for i := range writers {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		all.Go(func() {
			for k := range rounds {
				x := fmt.Sprintf("%02d-%03d", i, k)
				within(t, x, func() {
					if writeSomehow(t, db, random.IntN(6), x) {
						kept[i] = append(kept[i], x)
					}
				})
			}
		})
	}
	all.Wait()
	list := slices.Concat(kept...)
	slices.Sort(list)
	want(t, db, list...)
	s := db.Stats()
	t.Logf("%d writes in %d commits", s.Writes, s.Commits)
}

// writeSomehow writes x in one of several ways and reports whether it has to be there afterwards.
func writeSomehow(t *testing.T, db *sqlitedb.DB, way int, x string) (kept bool) {
	ctx := t.Context()
	switch way {
	case 0, 1:
		if _, err := db.ExecContext(ctx, insert, x); err != nil {
			t.Errorf("%s: %v", x, err)
		}
	case 2, 3:
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Errorf("%s: %v", x, err)
			return false
		}
		if _, err = tx.ExecContext(ctx, insert, x); err == nil && way == 2 {
			err = tx.Commit()
		} else if err == nil {
			return tx.Rollback() != nil
		}
		if err != nil {
			t.Errorf("%s: %v", x, err)
		}
	case 4:
		_, err := db.ExecContext(ctx, `insert into t (id, x) values ('no number', 'x')`)
		if err == nil {
			t.Error("a text became an id")
		}
		return false
	case 5:
		ctx, cancel := context.WithCancel(ctx)
		go cancel()
		_, err := db.ExecContext(ctx, insert, x)
		if err != nil {
			return false
		}
	}
	// what was answered everybody sees at once
	var n int
	if err := db.QueryRowContext(t.Context(), `select count(*) from t where x = ?`, x).Scan(&n); err != nil || n != 1 {
		t.Errorf("%s was written, and is there %d times: %v", x, n, err)
	}
	return true
}

// The disk is really full here, as far as SQLite can tell: what was answered is there, what failed
// is not.
func TestDiskFull(t *testing.T) {
	db := grouped(t, nil)
	run(t, db, `pragma max_page_count = 40`)
	var all sync.WaitGroup
	var mu sync.Mutex
	var kept []string
	failed := 0
	for i := range 24 {
		all.Go(func() {
			for k := range 10 {
				x := fmt.Sprintf("%02d-%02d-%01000d", i, k, 0)
				var err error
				within(t, "write", func() { _, err = db.ExecContext(t.Context(), insert, x) })
				mu.Lock()
				if err == nil {
					kept = append(kept, x)
				} else {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if failed == 0 || len(kept) == 0 {
		t.Fatalf("%d kept, %d failed: the disk was to become full in between", len(kept), failed)
	}
	slices.Sort(kept)
	want(t, db, kept...)
	if got := column(t, db, `pragma integrity_check`); !slices.Equal(got, []string{"ok"}) {
		t.Errorf("integrity: %q", got)
	}
	run(t, db, `pragma max_page_count = 100000`)
	within(t, "with space again", func() { run(t, db, insert, "after") })
}

// Each single statement fails, in each manner: what was answered without an error is there, what
// failed is not, except where only the answer was lost, and writing goes on.
func TestEachStatementFails(t *testing.T) {
	for _, m := range []manner{notRun, rolledBack, runAndLost} {
		for n := 1; n <= 14; n++ {
			f := newFaults()
			db := grouped(t, f)
			s := stop(t, db)
			_, errFirst := s.tx.ExecContext(t.Context(), insert, "first")
			s.insert(t.Context(), "a")
			s.line("tx", func() error {
				tx, err := db.BeginTx(t.Context(), nil)
				if err != nil {
					return err
				}
				if _, err := tx.ExecContext(t.Context(), insert, "tx"); err != nil {
					return errors.Join(err, tx.Rollback())
				}
				return tx.Commit()
			})
			s.insert(t.Context(), "b")
			f.once("", n, m)
			s.results["first"] = errors.Join(errFirst, s.release())
			f.set(nil)
			found := column(t, db, `select x from t`)
			for x, err := range s.results {
				there := slices.Contains(found, x)
				if err == nil && !there {
					t.Errorf("%s, statement %d: %s was answered and is not there", m, n, x)
				}
				if err != nil && there && m != runAndLost {
					t.Errorf("%s, statement %d: %s failed with %v and is there", m, n, x, err)
				}
			}
			within(t, "the next write", func() { run(t, db, insert, "next") })
		}
	}
}

// A transaction that could not be rolled back belongs to nobody. What is written later must not end
// up in it, where nobody would commit it.
func TestFailingRollback(t *testing.T) {
	for _, readers := range []int{0, 4} {
		failingRollback(t, newFaults(), readers)
	}
}

func failingRollback(t *testing.T, f *faults, readers int) {
	o := sqlitedb.Options{DSN: "file:" + filepath.Join(t.TempDir(), "test.db") + pragmas, Statements: 8, Readers: readers, Between: f.between}
	db := open(t, o)
	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	run(t, tx, insert, "undone")
	f.once("ROLLBACK", 1, notRun)
	if err := tx.Rollback(); !errors.Is(err, errDisk) {
		t.Errorf("the fault did not arrive: %v", err)
	}
	within(t, "the next write", func() { run(t, db, insert, "kept") })
	other := open(t, sqlitedb.Options{DSN: o.DSN})
	want(t, other, "kept")
}
