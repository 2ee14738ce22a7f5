package sqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// A database of the first version opens in this one, with everything in it.
func TestVersion1(t *testing.T) {
	script, err := os.ReadFile("testdata/schema-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gateway.db")
	run(t, path, string(script))
	s := open(t, sqlite.Options{Path: path})
	ctx := t.Context()

	k, err := s.Token(ctx, store.TokenHash{1})
	if err != nil || k.Channel != testChannel || len(k.ID) != len("tok_123456789012") || len(k.Scopes) != 4 || k.Expired(time.Now()) {
		t.Errorf("the token is %+v, %v", k, err)
	}
	c, err := s.Channel(ctx, testChannel)
	if err != nil || c.Number != "919984351847" || len(c.Settings.Webhooks) != 1 {
		t.Errorf("channel %+v, %v", c, err)
	}
	o, _, err := s.NextOutbound(ctx, testChannel, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Outbound{
		Channel: testChannel, Seq: 2, Payload: []byte{2}, Recipe: "r", Typing: 1500 * time.Millisecond, Attempts: 1,
		Message:    id.Message{Stanza: "3EB0000000000000000002", Chat: id.User("61371989950").Private(), FromMe: true},
		AcceptedAt: time.Unix(1762077660, 0).UTC(), NextAt: time.Unix(1762077720, 0).UTC(),
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("head of the line: -want +got\n%s", diff)
	}
	if err := s.Finish(ctx, testChannel, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: want.NextAt}}); err != nil {
		t.Error(err)
	}
	read := want.Message
	read.Stanza = "3EB0000000000000000001"
	if m, err := s.Message(ctx, testChannel, read); err != nil || m.Status != message.Read || m.Content != (message.Text{Body: "first"}) {
		t.Errorf("message %+v, %v", m, err)
	}
	if n, err := s.Sweep(ctx, want.AcceptedAt, 10); n != 1 || err != nil {
		t.Errorf("%d rows had ended long ago (%v), want the one that was sent", n, err)
	}
	line := store.Line{Channel: testChannel, Webhook: hook}
	list, err := s.PostponedDeliveries(ctx, line, 10)
	if err != nil || len(list) != 1 || list[0].Record.Event != "evt_1" || list[0].Attempts != 1 {
		t.Fatalf("deliveries %+v, %v", list, err)
	}
	err = s.Settle(ctx, []store.Attempted{{Delivery: list[0].ID, Attempt: store.Attempt{At: want.NextAt, Status: 200}, State: store.Delivered}}, nil)
	if err != nil {
		t.Error(err)
	}
}

// Whichever way a database came to this version, it has the same tables.
func TestMigratedIsFresh(t *testing.T) {
	script, err := os.ReadFile("testdata/schema-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, "old.db"), filepath.Join(dir, "fresh.db")
	run(t, old, string(script))
	for _, path := range []string{old, fresh} {
		if err := open(t, sqlite.Options{Path: path}).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(schema(t, fresh), schema(t, old)); diff != "" {
		t.Errorf("-fresh +migrated\n%s", diff)
	}
}

// A program that is older than the database leaves it alone.
func TestLaterVersionIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	if err := open(t, sqlite.Options{Path: path}).Close(); err != nil {
		t.Fatal(err)
	}
	run(t, path, `insert into goose_db_version (version_id, is_applied) values (9999, 1)`)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("error %v, want one that names the version", err)
	}
}

// run hands a script to a database, past the store.
func run(t *testing.T, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
}

// schema returns what the tables and indices were made by, without comments and layout.
func schema(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `select name, sql from sqlite_master where sql is not null and name not like 'goose%' and name not like 'sqlite%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	made := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		text = regexp.MustCompile(`--.*`).ReplaceAllString(text, "")
		made[name] = strings.Join(strings.Fields(text), " ")
	}
	if len(made) < 9 || rows.Err() != nil {
		t.Fatalf("only %d tables and indices, %v", len(made), rows.Err())
	}
	return made
}
