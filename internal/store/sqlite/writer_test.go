package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

func openFile(t testing.TB, o sqlite.Options) *sqlite.Store {
	o.Path = filepath.Join(t.TempDir(), "gateway.db")
	s := open(t, o)
	addChannel(t, s)
	return s
}

// held is a writer that is kept inside a job, so that a test can line up what comes next.
type held struct {
	t    *testing.T
	s    *sqlite.Store
	let  chan struct{}
	done chan error
}

func hold(t *testing.T, s *sqlite.Store) *held {
	h := &held{t: t, s: s, let: make(chan struct{}), done: make(chan error, 1)}
	began := make(chan struct{})
	go func() {
		h.done <- s.Write(t.Context(), func(*sqlite.Tx) error {
			close(began)
			<-h.let
			return nil
		})
	}()
	<-began
	return h
}

// add lines up one more job and returns where its result will be.
func (h *held) add(ctx context.Context, do func(*sqlite.Tx) error) <-chan error {
	h.t.Helper()
	before := h.s.Queued()
	result := make(chan error, 1)
	go func() { result <- h.s.Write(ctx, do) }()
	deadline := time.Now().Add(10 * time.Second)
	for h.s.Queued() == before {
		if time.Now().After(deadline) {
			h.t.Fatal("the job does not arrive in the queue")
		}
		runtime.Gosched()
	}
	return result
}

func (h *held) release() {
	h.t.Helper()
	close(h.let)
	if err := <-h.done; err != nil {
		h.t.Error(err)
	}
}

func addToken(n byte) func(*sqlite.Tx) error {
	return func(t *sqlite.Tx) error {
		return t.Exec(`insert into token (hash, id, channel, name, scopes, created_at) values (?1, hex(?1), ?2, '', '', 0)`, []byte{n}, string(testChannel))
	}
}

func hasToken(t *testing.T, s *sqlite.Store, n byte) bool {
	t.Helper()
	var count int64
	err := s.Write(t.Context(), func(x *sqlite.Tx) (err error) {
		count, err = x.Number(`select count(*) from token where hash = ?`, []byte{n})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return count == 1
}

// The jobs that wait share one commit, and none is disturbed by one that fails or panics.
func TestGroup(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	before := s.Stats()
	h := hold(t, s)
	wrong := errors.New("wrong")
	jobs := []struct {
		do   func(*sqlite.Tx) error
		want string // part of the error; "" for none
	}{
		{addToken(10), ""},
		{func(x *sqlite.Tx) error { return errors.Join(addToken(11)(x), wrong) }, "wrong"},
		{func(x *sqlite.Tx) error { _ = addToken(12)(x); panic("oh no") }, "oh no"},
		{addToken(10), "UNIQUE"},
		{addToken(13), ""},
	}
	var results []<-chan error
	for _, j := range jobs {
		results = append(results, h.add(t.Context(), j.do))
	}
	h.release()
	for i, j := range jobs {
		err := <-results[i]
		if (j.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), j.want) {
			t.Errorf("job %d: error %v, want %q", i, err, j.want)
		}
	}
	after := s.Stats()
	if commits, n := after.Commits-before.Commits, after.Jobs-before.Jobs; commits != 1 || n != int64(len(jobs))+1 {
		t.Errorf("%d commits for %d jobs, want 1 for %d", commits, n, len(jobs)+1)
	}
	for n, want := range map[byte]bool{10: true, 11: false, 12: false, 13: true} {
		if got := hasToken(t, s, n); got != want {
			t.Errorf("token %d is there: %v, want %v", n, got, want)
		}
	}
}

// Groups form by themselves while the disk is busy.
func TestCallersShareCommits(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	before := s.Stats()
	const callers, each = 16, 25
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				o, m := outgoing()
				if _, err := s.Accept(t.Context(), o, m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	after := s.Stats()
	commits := after.Commits - before.Commits
	t.Logf("%d commits for %d calls", commits, callers*each)
	if commits >= callers*each/2 {
		t.Errorf("%d commits for %d calls: they do not share", commits, callers*each)
	}
}

// When the commit fails everybody hears of it, nothing is stored, and the writer goes on.
func TestFailedCommit(t *testing.T) {
	for name, spoil := range map[string]func(*sqlite.Tx) error{
		// a broken reference that is looked at only by the commit
		"refused": func(x *sqlite.Tx) error {
			return errors.Join(
				x.Exec(`pragma defer_foreign_keys = on`),
				x.Exec(`insert into token (hash, id, channel, name, scopes, created_at) values (x'ff', 'x', 'NONE', '', '', 0)`))
		},
		// what SQLite does by itself when the disk fails or is full
		"lost": func(x *sqlite.Tx) error { return x.Exec(`rollback`) },
		"lost by a job that fails": func(x *sqlite.Tx) error {
			return errors.Join(x.Exec(`rollback`), errors.New("the disk is on fire"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openFile(t, sqlite.Options{})
			h := hold(t, s)
			first := h.add(t.Context(), addToken(10))
			bad := h.add(t.Context(), spoil)
			last := h.add(t.Context(), addToken(11))
			close(h.let)
			for what, result := range map[string]<-chan error{"held": h.done, "first": first, "bad": bad} {
				if err := <-result; err == nil {
					t.Errorf("%s: no error", what)
				}
			}
			// the last may be in the same group or begin another one: what it hears must be true
			if got, want := hasToken(t, s, 11), <-last == nil; got != want {
				t.Errorf("the last is stored: %v, and heard %v", got, want)
			}
			if hasToken(t, s, 10) {
				t.Error("the first is stored, and heard of a failure")
			}
			if err := s.Write(t.Context(), addToken(12)); err != nil {
				t.Errorf("write afterwards: %v", err)
			}
			if !hasToken(t, s, 12) {
				t.Error("what was written afterwards is not stored")
			}
		})
	}
}

// A full disk fails those who need room, and nobody after there is room again.
func TestFullDisk(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	limit := func(pragma string) {
		t.Helper()
		err := s.Write(t.Context(), func(x *sqlite.Tx) error {
			_, err := x.Number(pragma)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(`pragma max_page_count = 1`) // SQLite takes the present size for a limit below it
	o, m := outgoing()
	m.Content = message.Text{Body: strings.Repeat("x", 100_000)}
	if _, err := s.Accept(t.Context(), o, m); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("error %v, want one of a full disk", err)
	}
	limit(`pragma max_page_count = 1000000`)
	if _, err := s.Accept(t.Context(), o, m); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// When more waits than may, the caller is told to come back rather than kept.
func TestBusy(t *testing.T) {
	s := openFile(t, sqlite.Options{Backlog: 2})
	h := hold(t, s)
	a, b := h.add(t.Context(), addToken(10)), h.add(t.Context(), addToken(11))
	o, m := outgoing()
	_, err := s.Accept(t.Context(), o, m)
	if !fault.Is(err, fault.Busy) || fault.Of(err).RetryAfter <= 0 {
		t.Errorf("error %v, want a fault of kind busy that says when to try again", err)
	}
	h.release()
	if err := errors.Join(<-a, <-b); err != nil {
		t.Error(err)
	}
	if _, err := s.Accept(t.Context(), o, m); err != nil {
		t.Errorf("after the backlog is gone: %v", err)
	}
}

// A caller who leaves before his job began takes it along; afterwards the result counts.
func TestCancel(t *testing.T) {
	s := openFile(t, sqlite.Options{})
	h := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := h.add(ctx, addToken(10))
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) { // answered while the writer is still held
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	h.release()
	if hasToken(t, s, 10) {
		t.Error("the job of a caller who had left was run")
	}

	ctx, cancel = context.WithCancel(t.Context())
	err := s.Write(ctx, func(x *sqlite.Tx) error {
		cancel()
		return addToken(11)(x)
	})
	if err != nil || !hasToken(t, s, 11) {
		t.Errorf("a job that was cancelled while it ran: %v, want its result", err)
	}
}

// Closing lets everything finish that waits.
func TestCloseDrains(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	s := open(t, sqlite.Options{Path: path})
	addChannel(t, s)
	h := hold(t, s)
	var results []<-chan error
	for n := range byte(100) { // more than one group
		results = append(results, h.add(t.Context(), addToken(n)))
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	h.release()
	for _, r := range results {
		if err := <-r; err != nil {
			t.Error(err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	s = open(t, sqlite.Options{Path: path})
	for n := range byte(100) {
		if !hasToken(t, s, n) {
			t.Errorf("token %d is lost", n)
		}
	}
}

// Many callers, each with a deadline for each call: a group that forgot to answer a member, or to
// commit, would let one of them pass.
func TestStress(t *testing.T) {
	const callers, each, deadline = 20, 20, 20 * time.Second
	for name, s := range map[string]*sqlite.Store{"file": openFile(t, sqlite.Options{}), "memory": open(t, sqlite.Options{})} {
		t.Run(name, func(t *testing.T) {
			if name == "memory" {
				addChannel(t, s)
			}
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					for k := range each {
						ctx, cancel := context.WithTimeout(t.Context(), deadline)
						if i%5 == 4 && k%3 == 0 {
							cancel() // some give up
						}
						if err := acceptAndFinish(ctx, s); err != nil && !errors.Is(err, context.Canceled) {
							t.Errorf("caller %d, call %d: %v", i, k, err)
						}
						cancel()
					}
				})
			}
			wg.Wait()
			n, err := s.Waiting(t.Context(), testChannel)
			if err != nil || n != 0 {
				t.Errorf("%d rows wait, %v", n, err)
			}
		})
	}
}

func acceptAndFinish(ctx context.Context, s *sqlite.Store) error {
	o, m := outgoing()
	seq, err := s.Accept(ctx, o, m)
	if err != nil {
		return err
	}
	tell := store.Record{Event: id.NewEvent(), Channel: testChannel, Type: "messages", Method: "post", At: m.At, Body: []byte("{}"), Webhooks: []string{hook}}
	return s.Finish(ctx, testChannel, store.Ending{Seq: seq, Outcome: store.Outcome{Status: message.Sent, At: m.At}, Tell: []store.Record{tell}})
}
