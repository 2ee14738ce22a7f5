package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tapgate/internal/fault"
)

const (
	// maxGroup bounds the jobs of one transaction, and so how long the first of them waits.
	maxGroup = 64
	// linger is how long a patient job waits for company. Whoever waits for a job that came later is
	// served meanwhile.
	linger = 2 * time.Millisecond
	// company is how many patient jobs are enough to wait no longer. Others wait while they run.
	company = 16
)

// writer owns the one connection that writes. The jobs that arrive while a commit waits for the disk
// form the next group by themselves. Patient jobs, which no program waits for, gather in a group of
// their own, so that they neither delay the others nor have a commit each.
type writer struct {
	session *session
	tx      *tx
	log     *slog.Logger
	// committed hears of every transaction.
	committed func(took time.Duration, writes int, err error)

	queue   chan *job
	late    chan *job // patient jobs
	stopped chan struct{}
	most    int // jobs of one transaction

	// mu guards the closing of queue and late: sending to them happens under a shared lock.
	mu     sync.RWMutex
	closed bool

	commits, jobs atomic.Int64
}

// job is one function that waits to run in a transaction.
type job struct {
	run func(*tx) error
	// claimed is set once: by the writer when it runs the job, or by a caller who gives up waiting.
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
		queue:   make(chan *job, o.Backlog),
		late:    make(chan *job, o.Backlog),
		stopped: make(chan struct{}),
		most:    cmp.Or(o.most, maxGroup),
	}
	go w.serve()
	return w, nil
}

// do hands run to the writer and waits until it is durable. When ctx ends first, run either has
// begun, and its result counts, or never runs. A patient job may wait for others to come along.
func (w *writer) do(ctx context.Context, run func(*tx) error, patient bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{run: run, done: make(chan struct{})}
	queue := w.queue
	if patient {
		queue = w.late
	}
	if err := w.enqueue(queue, j); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-j.done
	}
	return j.err
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
	close(w.queue)
	close(w.late)
	w.mu.Unlock()
	<-w.stopped
	return w.session.close()
}

func (w *writer) serve() {
	defer close(w.stopped)
	var patient []*job
	over := time.NewTimer(linger)
	over.Stop()
	for queue, late := w.queue, w.late; queue != nil || late != nil; {
		select {
		case j, ok := <-queue:
			if !ok {
				queue = nil
				continue
			}
			w.group([]*job{j})
			continue
		case j, ok := <-late:
			if !ok {
				late = nil
				continue
			}
			if patient = append(patient, j); len(patient) == 1 {
				over.Reset(linger)
			}
			if len(patient) < company {
				continue
			}
		case <-over.C:
		}
		w.group(patient)
		patient = nil
		over.Stop()
	}
	w.group(patient)
}

// group runs the jobs and those that wait behind them in one transaction, and answers them.
func (w *writer) group(first []*job) {
	members := slices.DeleteFunc(first, func(j *job) bool { return !j.claimed.CompareAndSwap(false, true) })
	if len(members) == 0 {
		return
	}
	started := time.Now()
	err := w.begin()
	for _, j := range members {
		if err == nil {
			err = w.member(j)
		}
	}
	for err == nil && len(members) < w.most {
		j := w.next()
		if j == nil {
			break
		}
		members = append(members, j)
		err = w.member(j)
	}
	if err == nil {
		_, err = w.tx.exec("commit")
		w.commits.Add(1)
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

// next claims a job that waits already; nil when none does.
func (w *writer) next() *job {
	for {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return nil
			}
			if j.claimed.CompareAndSwap(false, true) {
				return j
			}
		default:
			return nil
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
