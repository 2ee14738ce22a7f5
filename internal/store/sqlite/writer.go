package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"tapgate/internal/fault"
)

const (
	// maxGroup bounds the jobs of one transaction, and so how long the first of them waits.
	maxGroup = 64
	// linger is how long a patient job waits for a commit that it can share.
	linger = 2 * time.Millisecond
	// company is how many patient jobs are enough to wait no longer.
	company = 16
)

// writer owns the one connection that writes. Whoever has a job and finds nobody at work takes the
// turn and runs it himself, and with it those that wait. The jobs that arrive while he waits for the disk
// form the next group by themselves, which one of their callers runs. So a job that is alone costs no
// other goroutine, and many cost one wait for the disk.
//
// Patient jobs, which no program waits for, have no commit of their own as long as another one comes
// within linger.
type writer struct {
	session *session
	tx      *tx
	log     *slog.Logger
	// committed hears of every transaction.
	committed func(took time.Duration, writes int, err error)

	// turn holds a token while nobody is at work. Who takes it owns session, tx and over.
	turn  chan struct{}
	queue chan *job
	late  chan *job   // patient jobs
	over  *time.Timer // flushes when linger is over
	due   atomic.Bool // whether over is going to
	most  int         // jobs of one transaction

	// mu guards closed: sending to queue and late happens under a shared lock, so that close finds all.
	mu     sync.RWMutex
	closed bool

	commits, jobs atomic.Int64
}

// job is one function that waits to run in a transaction.
type job struct {
	run func(*tx) error
	// claimed is set once: by who runs the job, or by its caller when he gives up waiting.
	claimed atomic.Bool
	err     error         // valid after done
	done    chan struct{} // closed when the job is durable, or failed
}

func openWriter(ctx context.Context, o Options) (*writer, error) {
	db, err := o.pool("", 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db, o.Log); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := newSession(conn, func() error { return errors.Join(conn.Close(), db.Close()) })
	w := &writer{
		session: s,
		// no caller's context may interrupt a statement: it would hit the whole group
		tx:  &tx{ctx: context.WithoutCancel(ctx), session: s},
		log: o.Log, committed: o.Committed,
		turn:  make(chan struct{}, 1),
		queue: make(chan *job, o.Backlog),
		late:  make(chan *job, o.Backlog),
		most:  cmp.Or(o.most, maxGroup),
	}
	w.over = time.AfterFunc(linger, w.flush) // which finds nothing
	w.turn <- struct{}{}
	return w, nil
}

// do hands run to the writer and waits until it is durable. When ctx ends first, run either has
// begun, and its result counts, or never runs. A patient job may wait for others to come along.
func (w *writer) do(ctx context.Context, run func(*tx) error, patient bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{run: run, done: make(chan struct{})}
	queue, turn := w.queue, w.turn
	if patient {
		queue, turn = w.late, nil
	}
	if err := w.enqueue(queue, j); err != nil {
		return err
	}
	if patient {
		w.expect()
	}
	for {
		select {
		case <-j.done:
			return j.err
		case <-turn:
			w.group()
			w.turn <- struct{}{}
		case <-ctx.Done():
			if j.claimed.CompareAndSwap(false, true) {
				return ctx.Err()
			}
			<-j.done
			return j.err
		}
	}
}

// expect sees to it that somebody runs the patient jobs.
func (w *writer) expect() {
	if len(w.late) == company {
		w.over.Reset(0)
	} else if w.due.CompareAndSwap(false, true) {
		w.over.Reset(linger)
	}
}

// flush runs the patient jobs that nobody has taken along.
func (w *writer) flush() {
	w.due.Store(false) // whoever comes from now on is expected anew
	if len(w.late) == 0 {
		return
	}
	<-w.turn
	w.group()
	w.turn <- struct{}{}
}

func (w *writer) enqueue(queue chan<- *job, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed()
	}
	select {
	case queue <- j:
		return nil
	default:
		return &fault.Error{
			Kind: fault.Busy, Message: "too much is waiting to be written",
			Next: "try again in a moment", RetryAfter: time.Second,
		}
	}
}

// close runs what waits, then ends.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.over.Stop()
	<-w.turn
	defer func() { w.turn <- struct{}{} }()
	for len(w.queue)+len(w.late) > 0 {
		w.group()
	}
	return w.session.close()
}

// group runs the jobs that wait in one transaction, the patient ones last, and answers them. The turn
// is the caller's.
func (w *writer) group() {
	first := w.next()
	if first == nil {
		return // somebody else ran it
	}
	started := time.Now()
	members := []*job{first}
	err := w.begin()
	if err == nil {
		members, err = w.together(first)
	}
	if err != nil {
		w.abandon(err, len(members))
	}
	w.jobs.Add(int64(len(members)))
	w.committed(time.Since(started), len(members), err)
	for _, j := range members {
		if err != nil && j.err == nil {
			j.err = fmt.Errorf("commit: %w", err)
		}
		close(j.done)
	}
}

// together runs a job and those that wait behind it, and commits. A job that is alone needs no
// savepoint: should it fail, there is nothing else to keep.
func (w *writer) together(first *job) (members []*job, err error) {
	members = []*job{first}
	if len(w.queue)+len(w.late) > 0 {
		err = w.member(first)
	} else if first.err = w.call(first.run); first.err != nil {
		_, _ = w.tx.exec("rollback") // fails when SQLite did it already
		return members, nil
	} else if len(w.queue)+len(w.late) > 0 {
		err = w.open() // before others join
	}
	for err == nil && len(members) < w.most {
		j := w.next()
		if j == nil {
			break
		}
		members = append(members, j)
		err = w.member(j)
	}
	if err != nil {
		return members, err
	}
	return members, w.commit()
}

var errLost = errors.New("the database has ended the transaction")

// open fails when SQLite has rolled back by itself, and the job that it met kept silent about it.
func (w *writer) open() error {
	if _, err := w.tx.exec("begin"); err == nil {
		return errLost
	}
	return nil
}

func (w *writer) commit() error {
	w.commits.Add(1)
	_, err := w.tx.exec("commit")
	return err
}

// next claims a job that waits already, a patient one when there is no other; nil when none does.
func (w *writer) next() *job {
	for {
		var j *job
		select {
		case j = <-w.queue:
		default:
			select {
			case j = <-w.queue:
			case j = <-w.late:
			default:
				return nil
			}
		}
		if j.claimed.CompareAndSwap(false, true) {
			return j
		}
	}
}

// begin opens the transaction. If an earlier one could not be ended, it tries that again.
func (w *writer) begin() error {
	if _, err := w.tx.exec("begin immediate"); err == nil {
		return nil
	}
	_, _ = w.tx.exec("rollback") // fails when there is nothing to roll back, which is the usual case
	_, err := w.tx.exec("begin immediate")
	return err
}

// member runs one job behind a savepoint, so that its failure undoes nothing but itself. The error is
// not the job's: it says that the transaction itself is gone, as after a full disk, where SQLite
// rolls back by itself. Statements that came after would commit one by one.
func (w *writer) member(j *job) error {
	if _, err := w.tx.exec("savepoint job"); err != nil {
		return err
	}
	if j.err = w.call(j.run); j.err != nil {
		if _, err := w.tx.exec("rollback to job"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	_, err := w.tx.exec("release job")
	return err
}

func (w *writer) call(run func(*tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.ErrorContext(w.tx.ctx, "store.panic", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	return run(w.tx)
}

// abandon ends a transaction that cannot be committed.
func (w *writer) abandon(cause error, members int) {
	_, _ = w.tx.exec("rollback") // fails when SQLite did it already
	w.log.ErrorContext(w.tx.ctx, "store.commit_failed", "error", cause, "jobs", members)
}

// Stats counts what the store wrote since it was opened.
type Stats struct {
	// Commits is the number of transactions that were put on disk.
	Commits int64
	// Jobs is the number of writes in them, failed ones included.
	Jobs int64
}

// Stats returns what the store wrote since it was opened.
func (s *Store) Stats() Stats {
	return Stats{Commits: s.writer.commits.Load(), Jobs: s.writer.jobs.Load()}
}
