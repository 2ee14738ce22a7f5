package sqlitedb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tapgate/internal/sqlitedb"
)

const pragmas = "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)"

// layers are all ways to open a database.
var layers = []struct {
	name                string
	statements, readers int
}{
	{"one connection", 0, 0},
	{"statements", 64, 0},
	{"statements, a few", 2, 0},
	{"readers", 0, 4},
	{"statements and readers", 64, 4},
}

func open(t testing.TB, o sqlitedb.Options) *sqlitedb.DB {
	t.Helper()
	if o.DSN == "" {
		o.DSN = "file:" + filepath.Join(t.TempDir(), "test.db") + pragmas
	}
	db, err := sqlitedb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// eachLayer runs a test on an empty table, once for each way to open the database.
func eachLayer(t *testing.T, test func(t *testing.T, db *sqlitedb.DB)) {
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			db := open(t, sqlitedb.Options{Statements: l.statements, Readers: l.readers})
			run(t, db, `create table t (id integer primary key, x text unique) strict`)
			test(t, db)
		})
	}
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func run(t testing.TB, db execer, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// column reads the first column of an answer as texts.
func column(t testing.TB, db execer, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func want(t testing.TB, db execer, list ...string) {
	t.Helper()
	if got := column(t, db, `select x from t order by x`); !slices.Equal(got, list) {
		t.Errorf("the table holds %q, want %q", got, list)
	}
}

func TestValues(t *testing.T) {
	eachLayer(t, func(t *testing.T, db *sqlitedb.DB) {
		run(t, db, `create table v (i integer, f real, s text, b blob, n text, at timestamp)`)
		at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
		for i := range 3 { // the second time the statements are known
			run(t, db, `insert into v values (?, ?, ?, ?, ?, ?)`, i, 1.5, "text ü", []byte{0, 1, 255}, nil, at)
			var n int
			var f float64
			var s string
			var b []byte
			var null sql.NullString
			var back time.Time
			err := db.QueryRowContext(t.Context(), `select i, f, s, b, n, at from v where i = $1`, i).Scan(&n, &f, &s, &b, &null, &back)
			if err != nil || n != i || f != 1.5 || s != "text ü" || !slices.Equal(b, []byte{0, 1, 255}) || null.Valid || !back.Equal(at) {
				t.Errorf("%d %g %q %x %v %v, %v", n, f, s, b, null, back, err)
			}
		}
		rows, err := db.QueryContext(t.Context(), `select i, s from v`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		kinds, err := rows.ColumnTypes()
		if err != nil || len(kinds) != 2 || kinds[0].DatabaseTypeName() != "INTEGER" || kinds[1].DatabaseTypeName() != "TEXT" {
			t.Errorf("column types %v, %v", kinds, err)
		}
	})
}

func TestResults(t *testing.T) {
	eachLayer(t, func(t *testing.T, db *sqlitedb.DB) {
		for i, x := range []string{"a", "b"} {
			r, err := db.ExecContext(t.Context(), `insert into t (x) values (?)`, x)
			if err != nil {
				t.Fatal(err)
			}
			last, err := r.LastInsertId()
			if n, errRows := r.RowsAffected(); last != int64(i+1) || n != 1 || err != nil || errRows != nil {
				t.Errorf("%s is row %d, %d changed: %v, %v", x, last, n, err, errRows)
			}
		}
		if _, err := db.ExecContext(t.Context(), `insert into t (x) values ('a')`); err == nil || !strings.Contains(err.Error(), "UNIQUE") {
			t.Errorf("the same again: %v", err)
		}
		if got := column(t, db, `insert into t (x) values ('c'), ('d') returning x`); !slices.Equal(got, []string{"c", "d"}) {
			t.Errorf("returned %q", got)
		}
		if got := column(t, db, `with n as (select 1 as one) select one from n`); !slices.Equal(got, []string{"1"}) {
			t.Errorf("with: %q", got)
		}
		run(t, db, `insert into t (x) values ('e'); delete from t where x = 'd'`) // a script
		run(t, db, `alter table t add column y text`)                             // known statements have to live with it
		run(t, db, `insert into t (x) values (?)`, "f")
		want(t, db, "a", "b", "c", "e", "f")
		if got := column(t, db, `pragma foreign_keys`); !slices.Equal(got, []string{"1"}) {
			t.Errorf("foreign keys: %q", got)
		}
		if err := db.PingContext(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestTransactions(t *testing.T) {
	eachLayer(t, func(t *testing.T, db *sqlitedb.DB) {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		run(t, tx, `insert into t (x) values ('kept')`)
		if _, err := tx.ExecContext(t.Context(), `insert into t (x) values ('kept')`); err == nil {
			t.Error("a duplicate was inserted")
		}
		want(t, tx, "kept") // a failing statement undoes itself only
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if tx, err = db.BeginTx(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		run(t, tx, `insert into t (x) values ('dropped')`)
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		want(t, db, "kept")

		ctx, cancel := context.WithCancel(t.Context())
		if tx, err = db.BeginTx(ctx, nil); err != nil {
			t.Fatal(err)
		}
		run(t, tx, `insert into t (x) values ('dropped')`)
		cancel() // database/sql rolls back
		if err := tx.Commit(); err == nil {
			t.Error("a cancelled transaction was committed")
		}
		run(t, db, `insert into t (x) values ('later')`)
		want(t, db, "kept", "later")

		if tx, err = db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true}); err != nil {
			t.Fatal(err)
		}
		want(t, tx, "kept", "later")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		run(t, db, insert, "last")
		want(t, db, "kept", "last", "later")
	})
}

// The same text may run while its rows are being read, and may be forgotten meanwhile.
func TestBusyStatements(t *testing.T) {
	for _, statements := range []int{0, 1, 2, 64} {
		t.Run(fmt.Sprint(statements), func(t *testing.T) {
			db := open(t, sqlitedb.Options{Statements: statements})
			run(t, db, `create table t (id integer primary key, x text unique) strict`)
			run(t, db, `insert into t (x) values ('a'), ('b'), ('c')`)
			tx, err := db.BeginTx(t.Context(), nil) // one connection for all that follows
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			rows, err := tx.QueryContext(t.Context(), `select x from t order by x`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var got []string
			for rows.Next() {
				var x string
				if err := rows.Scan(&x); err != nil {
					t.Fatal(err)
				}
				got = append(got, x)
				want(t, tx, "a", "b", "c") // the same text
				for i := range 3 {         // others, which push it out
					column(t, tx, fmt.Sprintf(`select %d`, i))
				}
			}
			if err := rows.Err(); err != nil || !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Errorf("read %q, %v", got, err)
			}
			rows.Close()
			rows.Close()
			want(t, tx, "a", "b", "c")
		})
	}
}

func TestStatementsArePreparedOnce(t *testing.T) {
	f := newFaults()
	db := open(t, sqlitedb.Options{Statements: 4, Between: f.between})
	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	for i := range 10 {
		run(t, db, `insert into t (x) values (?)`, fmt.Sprint(i))
		column(t, db, `select x from t where x = ?`, fmt.Sprint(i))
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	for text, n := range f.prepared {
		if n != 1 {
			t.Errorf("%q was prepared %d times", text, n)
		}
	}
	if len(f.prepared) != 4 { // insert, select, begin, commit
		t.Errorf("prepared: %v", f.prepared)
	}
	long := `select '` + strings.Repeat("x", 5000) + `'`
	column(t, db, long)
	if f.prepared[long] != 0 {
		t.Error("a very long text was kept")
	}
	// A statement that failed is prepared anew: nobody knows what state it is in.
	f.once("insert", 1, notRun)
	if _, err := db.ExecContext(t.Context(), `insert into t (x) values (?)`, "fails"); !errors.Is(err, errDisk) {
		t.Errorf("the fault did not arrive: %v", err)
	}
	f.set(nil)
	run(t, db, `insert into t (x) values (?)`, "works")
	if n := f.prepared[`insert into t (x) values (?)`]; n != 2 {
		t.Errorf("prepared %d times", n)
	}
}

// A database in memory is its connection.
func TestInMemory(t *testing.T) {
	db := open(t, sqlitedb.Options{DSN: "file::memory:" + pragmas, Statements: 8})
	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	run(t, db, `insert into t (x) values ('a')`)
	want(t, db, "a")
}
