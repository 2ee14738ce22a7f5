package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// growthRows are how many messages, events and deliveries there are when BenchmarkGrowth measures:
// TAPGATE_BENCH_ROWS, numbers separated by commas. A million takes a minute or two to make and 2 GB.
func growthRows(b *testing.B) (list []int) {
	text := os.Getenv("TAPGATE_BENCH_ROWS")
	if text == "" {
		text = "0,50000"
	}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			b.Fatalf("TAPGATE_BENCH_ROWS: %v", err)
		}
		list = append(list, n)
	}
	return list
}

// BenchmarkGrowth shows that what a message costs does not depend on how many there were before it. Run it
// with a number of operations, such as -benchtime 2000x.
func BenchmarkGrowth(b *testing.B) {
	for _, rows := range growthRows(b) {
		dir := b.TempDir()
		path := filepath.Join(dir, "gateway.db")
		began := time.Now()
		if err := grow(b.Context(), b, path, rows); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d rows each made in %s: %d MiB", rows, time.Since(began).Round(time.Second), info.Size()>>20)
		s := open(b, sqlite.Options{Path: path})
		listed := time.Now()
		if _, total, err := s.List(b.Context(), testChannel, store.Query{Count: 100}); err != nil || total != rows {
			b.Fatalf("%d messages listed: %v", total, err)
		}
		b.Logf("listing all of a channel counts them, and takes %s", time.Since(listed).Round(time.Microsecond))
		for _, w := range growthWork(b, s) {
			b.Run(fmt.Sprintf("%s/%d", w.name, rows), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					began := time.Now()
					if err := w.do(b.Context()); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
			})
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil { // the next may need the room
			b.Fatal(err)
		}
	}
}

type work struct {
	name string
	do   func(context.Context) error
}

func growthWork(b *testing.B, s *sqlite.Store) []work {
	line := store.Line{Channel: testChannel, Webhook: hook}
	told := func() store.Record {
		return store.Record{
			Event: id.NewEvent(), Channel: testChannel, Type: "messages", Method: "post", At: time.Now().UTC(),
			Order: "chat", Body: make([]byte, 400), Webhooks: []string{hook},
		}
	}
	return []work{
		{"accept", func(ctx context.Context) error {
			o, m := outgoing()
			_, err := s.Accept(ctx, o, m)
			return err
		}},
		{"accept and end", func(ctx context.Context) error { // of which 2 ms are patience
			o, m := outgoing()
			seq, err := s.Accept(ctx, o, m)
			if err != nil {
				return err
			}
			out := store.Outcome{Status: message.Sent, At: time.Now()}
			return s.Finish(ctx, testChannel, store.Ending{Seq: seq, Outcome: out, Tell: []store.Record{told(), told()}})
		}},
		{"receive", func(ctx context.Context) error {
			_, m := outgoing()
			m.ID.FromMe = false
			_, err := s.Receive(ctx, testChannel, m, told())
			return err
		}},
		{"claim", func(ctx context.Context) error {
			list, err := s.FreshDeliveries(ctx, line, 0, 1)
			if err == nil && len(list) == 0 {
				b.Error("no delivery is open")
			}
			return err
		}},
		{"settle", func(ctx context.Context) error {
			list, err := s.FreshDeliveries(ctx, line, 0, 1)
			if err != nil || len(list) == 0 {
				return err
			}
			a := store.Attempt{At: time.Now(), Status: 200}
			return s.Settle(ctx, []store.Attempted{{Delivery: list[0].ID, Attempt: a, State: store.Delivered}}, nil)
		}},
		{"list a chat", func(ctx context.Context) error {
			_, _, err := s.List(ctx, testChannel, store.Query{Chat: id.User("61371900042").Private(), Count: 100})
			return err
		}},
		{"read events", func(ctx context.Context) error {
			list, _, err := s.Events(ctx, testChannel, 0, 100)
			if err == nil && len(list) == 0 {
				b.Error("no events")
			}
			return err
		}},
		{"list deliveries", func(ctx context.Context) error {
			_, _, err := s.Deliveries(ctx, testChannel, store.DeliveryQuery{Webhook: hook, Limit: 100})
			return err
		}},
		{"sweep", func(ctx context.Context) error { // finds nothing old
			old := time.Unix(1, 0)
			if _, _, err := s.SweepDeliveries(ctx, old, 0, 500); err != nil {
				return err
			}
			if _, err := s.Sweep(ctx, old, 500); err != nil {
				return err
			}
			_, _, err := s.SweepEvents(ctx, old, 0, 500)
			return err
		}},
	}
}

// grow fills a new database as years of use would: with messages that were sent and events that were told.
func grow(ctx context.Context, b *testing.B, path string, rows int) error {
	s := open(b, sqlite.Options{Path: path})
	addChannel(b, s)
	if err := s.Close(); err != nil {
		return err
	}
	_, m := outgoing()
	row, err := store.EncodeMessage(m)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(OFF)&_pragma=journal_mode(MEMORY)&_pragma=cache_size(-400000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	const numbers = `with recursive n(i) as (select ?1 union all select i + 1 from n where i < ?2) `
	for first := 1; first <= rows; first += 200_000 {
		last := min(first+200_000-1, rows)
		for _, step := range []struct {
			text string
			args []any
		}{
			{`insert into message (num, channel, id, chat, at, status, quotes, from_me, author, listed, row)
				select i, ?3, printf('AA%020d-chat', i), printf('%d@s.whatsapp.net', 61371900000 + i % 5000), 1700000000000000 + i, 'read', '', i % 2, '', 1, ?4 from n`,
				[]any{string(testChannel), string(row)}},
			{`insert into event (seq, id, channel, type, method, at, order_key, body, message)
				select i, printf('evt_00%030d', i), ?3, 'messages', 'post', 1700000000000000 + i, 'chat', ?4, i from n`,
				[]any{string(testChannel), make([]byte, 300)}},
			{`insert into delivery (id, channel, webhook, event, order_key, created_at, state, attempts, done_at)
				select i, ?3, ?4, i, 'chat', 1700000000000000 + i, 'delivered', 1, 1700000000000000 + i from n`,
				[]any{string(testChannel), hook}},
		} {
			if _, err := db.ExecContext(ctx, numbers+step.text, append([]any{first, last}, step.args...)...); err != nil {
				return fmt.Errorf("rows %d to %d: %w", first, last, err)
			}
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // what was written shall not be in the way of what is measured
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
