package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// deed is something that is done in one transaction, to a message of its own.
type deed struct {
	name string
	// prepare does what has to be there before; it does not fail.
	prepare func(t *testing.T, s store.Store) deedDone
}

// deedDone does it, and tells how many of its traces are there, out of how many.
type deedDone struct {
	do     func() error
	traces func() (there, all int)
}

// Whichever statement fails, and however: what was answered without an error is there; after an
// error there is all of it or nothing; and the store works on.
func TestEveryStatementFails(t *testing.T) {
	for _, d := range []deed{{"send", sendOnce}, {"unknown outcome", loseOutcome}, {"ack", endSend}, {"inbound", receiveTap}, {"edit", receiveEdit}, {"receipt", readReceipt}} {
		for _, how := range []manner{notRun, runAndLost, rolledBack, fromNowOn} {
			t.Run(d.name+"/"+string(how), func(t *testing.T) {
				f := &faults{}
				s := open(t, sqlite.Options{}.Between(f.between))
				addChannel(t, s)
				n := 1
				for ; ; n++ {
					try := d.prepare(t, s)
					f.arm(n, how)
					err := try.do()
					fired := f.disarm()
					there, all := try.traces()
					if err == nil && there != all || err != nil && there != 0 && there != all {
						t.Fatalf("statement %d failed, the answer was %v, and %d of %d traces are there", n, err, there, all)
					}
					if err != nil && !errors.Is(err, errDisk) {
						t.Errorf("statement %d failed as %v", n, err)
					}
					after := d.prepare(t, s)
					if err := after.do(); err != nil {
						t.Fatalf("after statement %d had failed: %v", n, err)
					}
					if there, all := after.traces(); there != all {
						t.Fatalf("after statement %d had failed: %d of %d traces", n, there, all)
					}
					if !fired {
						break
					}
				}
				if n < 6 { // begin, savepoint, one that reads, one that writes, release, commit
					t.Errorf("only %d statements failed", n-1)
				}
			})
		}
	}
}

// count counts what is true.
func count(facts ...bool) (there, all int) {
	for _, fact := range facts {
		if fact {
			there++
		}
	}
	return there, len(facts)
}

func sendOnce(t *testing.T, s store.Store) deedDone {
	o, m := outgoing()
	o.Channel = testChannel
	key := store.Key{Name: m.ID.Stanza}
	return deedDone{
		do: func() error { _, _, err := s.AcceptOnce(t.Context(), o, m, key); return err },
		traces: func() (int, int) {
			_, errMessage := s.Message(t.Context(), testChannel, m.ID)
			_, errRow := s.Sent(t.Context(), testChannel, m.ID.Stanza)
			_, errKey := s.Keyed(t.Context(), testChannel, key.Name)
			return count(errMessage == nil, errRow == nil, errKey == nil)
		},
	}
}

// accepted is a row that waits.
func accepted(t *testing.T, s store.Store) (int64, message.Message) {
	t.Helper()
	o, m := outgoing()
	o.Channel = testChannel
	seq, err := s.Accept(t.Context(), o, m)
	if err != nil {
		t.Fatal(err)
	}
	return seq, m
}

func story(t *testing.T, s store.Store, m id.Message) store.Timeline {
	t.Helper()
	l, err := s.Timeline(t.Context(), testChannel, m)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var someTime = time.Unix(1762077700, 0).UTC()

func loseOutcome(t *testing.T, s store.Store) deedDone {
	seq, m := accepted(t, s)
	return deedDone{
		do: func() error {
			return s.Postpone(t.Context(), testChannel, seq, someTime, store.Try{At: someTime, Result: store.TryUnknown})
		},
		traces: func() (int, int) {
			l := story(t, s, m.ID)
			return count(l.Row.Attempts == 1, len(l.Tries) == 1)
		},
	}
}

func endSend(t *testing.T, s store.Store) deedDone {
	seq, m := accepted(t, s)
	end := store.Ending{
		Seq: seq, Outcome: store.Outcome{Status: message.Sent, At: someTime},
		Try: store.Try{At: someTime, Result: store.TryAcked}, Tell: []store.Record{news(), news()},
	}
	return deedDone{
		do: func() error { return s.Finish(t.Context(), testChannel, end) },
		traces: func() (int, int) {
			l := story(t, s, m.ID)
			return count(!l.Row.SentAt.IsZero(), l.Message.Status == message.Sent, len(l.Tries) == 1, len(l.Reached) == 1, len(l.Told) == 2)
		},
	}
}

// news is an event that one webhook hears of.
func news() store.Record {
	return store.Record{
		Event: id.NewEvent(), Channel: testChannel, Type: "messages", Method: "post", At: someTime,
		Order: "61371989950@s.whatsapp.net", Body: []byte(`{}`), Webhooks: []string{hook},
	}
}

func receiveTap(t *testing.T, s store.Store) deedDone {
	m := message.Message{
		ID: id.Message{Stanza: id.NewStanza(), Chat: id.User("61371989950").Private()}, From: "61371989950", At: someTime,
		Content: message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:yes", Title: "Yes"},
	}
	return deedDone{
		do: func() error { _, err := s.Receive(t.Context(), testChannel, m, news()); return err },
		traces: func() (int, int) {
			l, err := s.Timeline(t.Context(), testChannel, m.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return count(err == nil, len(l.Told) == 1)
		},
	}
}

// receiveEdit is an edit of a message of a customer: the edit, what it told, and what became of the message.
func receiveEdit(t *testing.T, s store.Store) deedDone {
	m := message.Message{
		ID: id.Message{Stanza: id.NewStanza(), Chat: id.User("61371989950").Private()}, From: "61371989950", At: someTime,
		Content: message.Text{Body: "old"},
	}
	if _, err := s.Receive(t.Context(), testChannel, m, store.Record{}); err != nil {
		t.Fatal(err)
	}
	after, edit := m, m
	after.Content, after.Status = message.Text{Body: "new"}, message.Deleted
	edit.ID.Stanza = id.NewStanza()
	edit.Content = message.Change{Did: message.Edited, Target: m.ID, Content: after.Content}
	return deedDone{
		do: func() error {
			_, err := s.ReceiveChange(t.Context(), testChannel, edit, news(), store.Altered{Message: after, Tell: news()})
			return err
		},
		traces: func() (int, int) {
			l := story(t, s, m.ID)
			return count(len(l.Replies) == 1, len(l.Told) == 2, l.Message.Content == after.Content, l.Message.Status == message.Deleted)
		},
	}
}

func readReceipt(t *testing.T, s store.Store) deedDone {
	_, m := accepted(t, s)
	read := event.StatusChanged{Message: m.ID, Status: message.Read, At: someTime}
	return deedDone{
		do: func() error { _, err := s.Advance(t.Context(), testChannel, read, news()); return err },
		traces: func() (int, int) {
			l := story(t, s, m.ID)
			return count(l.Message.Status == message.Read, len(l.Reached) == 1, len(l.Told) == 1)
		},
	}
}

// acceptance is a message and whether it was accepted.
type acceptance struct {
	id  id.Message
	err error
}

func acceptOne(t *testing.T, s store.Store) acceptance {
	o, m := outgoing()
	o.Channel = testChannel
	_, err := s.Accept(t.Context(), o, m)
	return acceptance{m.ID, err}
}

// While another program holds the database, a send is an error, and nothing is half there.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	s, other := open(t, sqlite.Options{Path: path}), open(t, sqlite.Options{Path: path})
	addChannel(t, s)
	impatient := func(x *sqlite.Tx) error { _, err := x.Number("pragma busy_timeout = 20"); return err }
	if err := s.Write(t.Context(), impatient); err != nil {
		t.Fatal(err)
	}
	err := other.Write(t.Context(), func(*sqlite.Tx) error { return acceptOne(t, s).err })
	if err == nil {
		t.Error("a message was accepted by a locked database")
	}
	if try := acceptOne(t, s); try.err != nil {
		t.Errorf("after the lock was gone: %v", try.err)
	}
	if n, err := s.Waiting(t.Context(), testChannel); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// A damaged database is an error, when it is opened or when it is used.
func TestCorrupt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	s := open(t, sqlite.Options{Path: path})
	addChannel(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(b); i++ { // all but the page that names the tables
		b[i] = 0xA5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		return
	}
	defer damaged.Close()
	if try := acceptOne(t, damaged); try.err == nil {
		t.Error("a damaged database accepted a message")
	}
}
