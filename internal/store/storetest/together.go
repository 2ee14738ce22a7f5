package storetest

import (
	"sync"
	"sync/atomic"

	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// together is what several do at the same time. A database with one writer passes by itself; one with
// many has to lock, and to give places in the order in which they become visible.
func together() []testCase {
	return []testCase{
		{"a message that comes several times at once is told once", receiveTogether},
		{"a receipt that comes several times at once is told once", advanceTogether},
		{"a row that ends several times at once is told once", finishTogether},
		{"an event that is recorded several times at once is told once", tellTogether},
		{"who walks the line while it grows misses no row", walkWhileGrowing},
	}
}

const callers = 8

// atOnce has do called by several at the same time, and returns how many it answered yes.
func (f *fixture) atOnce(do func(i int) (bool, error)) (yes int) {
	f.Helper()
	var count atomic.Int64
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			ok, err := do(i)
			if err != nil {
				f.Error(err)
			}
			if ok {
				count.Add(1)
			}
		})
	}
	all.Wait()
	return int(count.Load())
}

// records makes a record for each caller: the same news under ids of their own.
func (f *fixture) records(ch id.Channel) (list []store.Record) {
	for range callers {
		list = append(list, f.record(ch, hookA))
	}
	return list
}

func receiveTogether(f *fixture) {
	ch := f.channel()
	m, tell := f.incoming(), f.records(ch)
	fresh := f.atOnce(func(i int) (bool, error) { return f.s.Receive(f.ctx, ch, m, tell[i]) })
	if told := f.drain(ch, hookA); fresh != 1 || len(told) != 1 {
		f.Errorf("fresh for %d, told %d times, want once", fresh, len(told))
	}
}

func advanceTogether(f *fixture) {
	ch := f.channel()
	o, tell := f.accept(ch), f.records(ch)
	read := event.StatusChanged{Message: o.Message, Status: message.Read, At: at(1)}
	changed := f.atOnce(func(i int) (bool, error) { return f.s.Advance(f.ctx, ch, read, tell[i]) })
	if told := f.drain(ch, hookA); changed != 1 || len(told) != 1 {
		f.Errorf("changed for %d, told %d times, want once", changed, len(told))
	}
}

func finishTogether(f *fixture) {
	ch := f.channel()
	o, tell := f.accept(ch), f.records(ch)
	f.atOnce(func(i int) (bool, error) {
		return false, f.s.Finish(f.ctx, ch, store.Ending{
			Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(1)},
			Try: store.Try{At: at(1), Result: store.TryAcked}, Tell: tell[i : i+1],
		})
	})
	l, err := f.s.Timeline(f.ctx, ch, o.Message)
	f.must(err)
	if told := f.drain(ch, hookA); len(told) != 1 || len(l.Tries) != 1 {
		f.Errorf("told %d times, %d attempts, want one of each", len(told), len(l.Tries))
	}
}

func tellTogether(f *fixture) {
	ch := f.channel()
	tell := f.record(ch, hookA)
	f.atOnce(func(int) (bool, error) { return false, f.s.Tell(f.ctx, tell) })
	if told := f.drain(ch, hookA); len(told) != 1 {
		f.Errorf("told %d times, want once", len(told))
	}
}

// walkWhileGrowing reads rows beyond the last one that it has seen. A row that got an earlier place and
// became visible later would be missed.
func walkWhileGrowing(f *fixture) {
	const each = 25
	ch := f.channel()
	var rows [callers][each]store.Outbound
	var texts [callers][each]message.Message
	for i := range callers {
		for k := range each {
			rows[i][k], texts[i][k] = f.outgoing(ch)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.atOnce(func(i int) (bool, error) {
			for k := range each {
				if _, err := f.s.Accept(f.ctx, rows[i][k], texts[i][k]); err != nil {
					return false, err
				}
			}
			return true, nil
		})
	}()
	seen, last := 0, int64(0)
	for grown := false; ; {
		o, ok, err := f.s.NextOutbound(f.ctx, ch, last)
		f.must(err)
		if ok {
			seen, last = seen+1, o.Seq
			continue
		}
		if grown {
			break
		}
		select {
		case <-done:
			grown = true // once more, for what came since
		default:
		}
	}
	f.same("rows that were seen", callers*each, seen)
}
