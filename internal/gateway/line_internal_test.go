package gateway

import (
	"testing"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func row(seq int64, stanza string) entry {
	return entry{Outbound: store.Outbound{Seq: seq, Message: id.Message{Stanza: stanza}}, message: &message.Message{}}
}

// wantHead compares what head says: a row (by Seq), -1 to ask the database, 0 to wait.
func wantHead(t *testing.T, l *line, want int64) {
	t.Helper()
	e, ok, read := l.head()
	got := int64(0)
	if ok {
		got = e.Seq
	} else if read {
		got = -1
	}
	if got != want {
		t.Errorf("head is %d, want %d", got, want)
	}
}

func begin(t *testing.T, l *line, stanza string) place {
	t.Helper()
	p, ok := l.reserve(stanza, 10)
	if !ok {
		t.Fatal("no room")
	}
	return p
}

func TestLine(t *testing.T) {
	l := newLine(0)
	wantHead(t, l, -1) // what an earlier process left
	wantHead(t, l, 0)

	// of two accepts at the same time the second is handed over first
	a, b := begin(t, l, "a"), begin(t, l, "b")
	l.put(b, row(2, "b"))
	wantHead(t, l, 0)
	l.put(a, row(1, "a"))
	wantHead(t, l, 1)

	// one that begins now can't get an earlier place
	c := begin(t, l, "c")
	wantHead(t, l, 1)
	l.end(row(1, "a"), result{})
	wantHead(t, l, 2)
	l.end(row(2, "b"), result{})
	wantHead(t, l, 0)

	// it was read from the database before it was handed over
	l.end(row(3, "c"), result{})
	l.put(c, row(3, "c"))
	wantHead(t, l, 0)

	// one that failed may be in the database, and so may more
	d, e := begin(t, l, "d"), begin(t, l, "e")
	l.put(e, row(5, "e"))
	l.lose(d)
	wantHead(t, l, -1)
	l.found()
	l.end(row(4, "d"), result{})
	wantHead(t, l, -1)
	wantHead(t, l, 5)
	l.end(row(5, "e"), result{})
	if l.waiting != 0 {
		t.Errorf("%d rows wait", l.waiting)
	}
}

// The result reaches who listens, also when it came before the row was handed over.
func TestLineResult(t *testing.T) {
	l := newLine(0)
	p := begin(t, l, "a")
	l.end(row(1, "a"), result{Outcome: store.Outcome{Status: message.Sent}})
	if r := <-p.out; r.Status != message.Sent {
		t.Errorf("result %+v", r)
	}
	q := begin(t, l, "b")
	l.leave(q.ear)
	l.end(row(2, "b"), result{})
	if len(q.out) != 0 || len(l.waiters) != 0 {
		t.Error("somebody still listens")
	}
}

// A row that was handed over before it was durable, and then did not come to be, makes room for the one
// that gets its place.
func TestLineWithdrawn(t *testing.T) {
	l := newLine(0)
	wantHead(t, l, -1)
	a := begin(t, l, "a")
	l.put(a, row(1, "a"))
	wantHead(t, l, 1)
	b := begin(t, l, "b")
	l.put(b, row(1, "b")) // the database has taken back the place of a
	l.lose(a)
	l.withdraw("a")
	wantHead(t, l, -1) // it may be there after all
	if e, ok, _ := l.head(); !ok || e.Message.Stanza != "b" {
		t.Errorf("head is %q, %v", e.Message.Stanza, ok)
	}
	l.end(row(1, "b"), result{})
	wantHead(t, l, 0)
	if l.waiting != 0 {
		t.Errorf("%d rows wait", l.waiting)
	}
}
