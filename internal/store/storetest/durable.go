package storetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// RunDurable checks that what a store answered is there after it was closed, and after it was not:
// a crash is a copy of its files, taken while it is open. open opens the store whose files are in
// dir, making it if there is none, and closes it at the end of the test.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) store.Store) {
	t.Run("everything survives closing", func(t *testing.T) {
		dir := t.TempDir()
		f := newFixture(t, open(t, dir))
		check := f.fill()
		f.must(f.s.Close())
		check(newFixture(t, open(t, dir)))
	})
	t.Run("everything survives a crash", func(t *testing.T) {
		dir := t.TempDir()
		f := newFixture(t, open(t, dir))
		check := f.fill()
		check(newFixture(t, open(t, copyFiles(t, dir))))
	})
	t.Run("each answer survives a crash right after it", func(t *testing.T) {
		dir := t.TempDir()
		f := newFixture(t, open(t, dir))
		ch := f.channel()
		for n := 1; n <= 5; n++ {
			last := f.accept(ch)
			after := newFixture(t, open(t, copyFiles(t, dir)))
			got, err := after.s.Sent(after.ctx, ch, last.Message.Stanza)
			after.must(err)
			after.same("row", last, got)
			waiting, err := after.s.Waiting(after.ctx, ch)
			after.must(err)
			after.same("waiting", n, waiting)
		}
	})
	t.Run("places go on after reopening", func(t *testing.T) {
		dir := t.TempDir()
		f := newFixture(t, open(t, dir))
		ch := f.channel()
		before := f.accept(ch)
		f.finish(ch, before, message.Sent)
		f.must(f.s.Close())
		n := f.n
		f = newFixture(t, open(t, dir))
		f.n = n
		if after := f.accept(ch); after.Seq <= before.Seq {
			f.Errorf("place %d after %d", after.Seq, before.Seq)
		}
	})
}

// fill puts something of each kind into the store and returns a check that it is there.
func (f *fixture) fill() func(*fixture) {
	f.Helper()
	ch := f.channel()
	kept := channel.Token{
		ID: "tok_77", Channel: ch, Name: "a \"name\"", Scopes: []channel.Scope{channel.Send, channel.Admin}, CreatedAt: at(3), ExpiresAt: at(9),
	}
	f.must(f.s.AddToken(f.ctx, kept, token(77)))
	f.must(f.s.SetIdentity(f.ctx, ch, "919984351847", "device", "Shop", ""))
	want := channel.Settings{BackoffDelay: 7 * time.Second, MaxBackoffDelay: time.Hour}
	f.must(f.s.SetSettings(f.ctx, ch, want))

	sent, waiting, failing, behind := f.accept(ch), f.accept(ch), f.accept(ch), f.accept(ch)
	f.finish(ch, sent, message.Sent)
	sent.SentAt = at(50)
	f.finish(ch, failing, message.Failed)
	f.must(f.s.Postpone(f.ctx, ch, waiting.Seq, at(90), unknown("no connection")))
	waiting.Attempts, waiting.NextAt = 1, at(90)

	in, tellIn := f.incoming(), f.record(ch, hookA)
	_, err := f.s.Receive(f.ctx, ch, in, tellIn)
	f.must(err)
	read := event.StatusChanged{Message: sent.Message, Status: message.Read, At: at(60)}
	tellRead := f.record(ch, hookA, hookB)
	_, err = f.s.Advance(f.ctx, ch, read, tellRead)
	f.must(err)
	d, _ := f.due(ch, hookA, at(70))
	f.postpone(d, failed(70), at(95))

	return func(g *fixture) {
		g.Helper()
		opens, err := g.s.Token(g.ctx, token(77))
		g.must(err)
		g.same("token", kept, opens)
		c, err := g.s.Channel(g.ctx, ch)
		g.must(err)
		g.same("settings", want, c.Settings)
		g.same("device", "device", c.Device)

		g.same("head", waiting, g.head(ch))
		got, err := g.s.Sent(g.ctx, ch, sent.Message.Stanza)
		g.must(err)
		g.same("sent row", sent, got)
		n, err := g.s.Waiting(g.ctx, ch)
		g.must(err)
		g.same("waiting", 2, n)
		g.same("status", message.Read, g.message(ch, sent.Message).Status)
		g.same("status of the last in the line", message.Pending, g.message(ch, behind.Message).Status)
		code, _, err := g.s.Failure(g.ctx, ch, failing.Message)
		g.must(err)
		g.same("failure", "code", code)

		g.same("received message", in, g.message(ch, in.ID))
		fresh, err := g.s.Receive(g.ctx, ch, in, tellIn)
		g.must(err)
		g.same("received message is fresh", false, fresh)
		changed, err := g.s.Advance(g.ctx, ch, read, tellRead)
		g.must(err)
		g.same("status is new", false, changed)

		second, _ := g.due(ch, hookA, at(94))
		g.same("due before the retry", tellRead.Event, second.Record.Event)
		first, _ := g.due(ch, hookA, at(95))
		g.same("due with the retry", tellIn.Event, first.Record.Event)
		g.same("attempts", 1, first.Attempts)
		g.same("told to B", []id.Event{tellRead.Event}, g.drain(ch, hookB))
	}
}

// copyFiles copies the files of dir, none of which may be being written, to a new directory.
func copyFiles(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Fatalf("no files in %s: the store keeps its data elsewhere", dir)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
