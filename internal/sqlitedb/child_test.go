package sqlitedb_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/sqlitedb"
)

// childDSN is set for a child that is to be killed: the database it writes.
const childDSN = "TAPGATE_TEST_SQLITEDB"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		writeUntilKilled(dsn)
		return
	}
	os.Exit(m.Run())
}

// writeUntilKilled is the child: it writes from many goroutines and says of each write, only after
// it was answered, that it is done.
func writeUntilKilled(dsn string) {
	db, err := sqlitedb.Open(sqlitedb.Options{DSN: dsn, Statements: 64, Readers: 24})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			for k := 0; ; k++ {
				x := fmt.Sprintf("%d-%02d-%06d", os.Getpid(), i, k)
				if i%2 == 0 {
					_, err = db.ExecContext(ctx, insert, x)
				} else if tx, errTx := db.BeginTx(ctx, nil); errTx != nil {
					panic(errTx)
				} else if _, err := tx.ExecContext(ctx, insert, x); err != nil {
					panic(err)
				} else if err := tx.Commit(); err != nil {
					panic(err)
				}
				fmt.Println(x + ".") // one write: the lines of several goroutines do not mix
			}
		})
	}
	all.Wait()
}

// What was answered before the process was killed, at any moment, is there afterwards.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := open(t, sqlitedb.Options{DSN: "file:" + path + pragmas})

	run(t, db, `create table t (id integer primary key, x text unique) strict`)
	var said []string
	for round := range 4 {
		said = append(said, killChild(t, "file:"+path+pragmas, 300+71*round)...)
		found := map[string]bool{}
		for _, x := range column(t, db, `select x from t`) {
			found[x] = true
		}
		for _, x := range said {
			if !found[x] {
				t.Errorf("round %d: %s was answered and is not there", round, x)
			}
		}
		if got := column(t, db, `pragma integrity_check`); !slices.Equal(got, []string{"ok"}) {
			t.Errorf("round %d: integrity: %q", round, got)
		}
	}
	t.Logf("%d answered in 4 rounds, none lost", len(said))
}

// killChild starts a child, kills it after it said so many lines, and returns all it said.
func killChild(t *testing.T, dsn string, lines int) (said []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, exe, "-test.run=^$")
	child.Env = append(os.Environ(), childDSN+"="+dsn)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for scan := bufio.NewScanner(out); scan.Scan(); {
		if x, whole := strings.CutSuffix(scan.Text(), "."); whole { // the kill may cut a line off
			said = append(said, x)
		}
		if len(said) == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed, which is an error
	if len(said) < lines {
		t.Fatalf("the child said %d lines and ended", len(said))
	}
	return said
}
