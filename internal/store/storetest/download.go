package storetest

import (
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func downloads() []testCase {
	return []testCase{
		{"a message whose file is fetched is stored at once and told at the end", downloadEnds},
		{"a download ends once", downloadEndsOnce},
		{"whose turn comes first is next", downloadTurns},
		{"a message that is known is not fetched", downloadKnown},
	}
}

// attached makes a message that came in with a file.
func (f *fixture) attached() message.Message {
	m := f.incoming()
	m.Content = message.Media{As: message.Image, ID: "jpeg-0a-800000", MimeType: "image/jpeg", Remote: []byte("there")}
	return m
}

func (f *fixture) receiveLater(ch id.Channel) message.Message {
	f.Helper()
	m := f.attached()
	fresh, err := f.s.ReceiveLater(f.ctx, ch, m)
	f.must(err)
	f.same("fresh", true, fresh)
	return m
}

// turn reads the download whose turn comes first, or a zero one.
func (f *fixture) turn(ch id.Channel) store.Download {
	f.Helper()
	d, ok, err := f.s.NextDownload(f.ctx, ch)
	f.must(err)
	if ok != !d.Message.ID.IsZero() {
		f.Fatalf("NextDownload: ok %v with %+v", ok, d)
	}
	return d
}

func downloadEnds(f *fixture) {
	ch, other := f.channel(), f.channel()
	m := f.receiveLater(ch)
	f.same("message", m, f.message(ch, m.ID))
	f.same("next", store.Download{Message: m}, f.turn(ch))
	f.same("next of another channel", store.Download{}, f.turn(other))
	f.same("told before the end", []id.Event{}, f.drain(ch, hookA))

	file := m.Content.(message.Media)
	file.Size, file.Width = 4711, 640
	m.Content = file
	tell := f.record(ch, hookA)
	fresh, err := f.s.EndDownload(f.ctx, ch, m, tell)
	f.must(err)
	f.same("fresh", true, fresh)
	f.same("message", m, f.message(ch, m.ID))
	f.same("next", store.Download{}, f.turn(ch))
	f.same("told", []id.Event{tell.Event}, f.drain(ch, hookA))
}

func downloadEndsOnce(f *fixture) {
	ch := f.channel()
	m := f.receiveLater(ch)
	_, err := f.s.EndDownload(f.ctx, f.channel(), m, store.Record{})
	f.must(err)
	f.same("next, after another channel ended it", m.ID, f.turn(ch).Message.ID)
	_, err = f.s.EndDownload(f.ctx, ch, m, f.record(ch, hookA))
	f.must(err)
	changed := m
	changed.Content = message.Text{Body: "late"}
	fresh, err := f.s.EndDownload(f.ctx, ch, changed, f.record(ch, hookA))
	f.must(err)
	f.same("fresh", false, fresh)
	f.same("message", m, f.message(ch, m.ID))
	f.same("told once", 1, len(f.drain(ch, hookA)))
	f.must(f.s.PostponeDownload(f.ctx, ch, m.ID, at(9)))
	f.same("next", store.Download{}, f.turn(ch))
	m = f.receiveLater(ch)
	_, err = f.s.EndDownload(f.ctx, ch, m, f.record("NONE", hookA))
	f.kind("EndDownload that tells of no channel", err, fault.NotFound)
	f.same("next after an end that failed", m.ID, f.turn(ch).Message.ID)
}

func downloadTurns(f *fixture) {
	ch := f.channel()
	a, b := f.receiveLater(ch), f.receiveLater(ch)
	f.same("first", a.ID, f.turn(ch).Message.ID)
	f.must(f.s.PostponeDownload(f.ctx, ch, a.ID, at(50)))
	f.same("second", b.ID, f.turn(ch).Message.ID)
	f.must(f.s.PostponeDownload(f.ctx, ch, b.ID, at(60)))
	f.must(f.s.PostponeDownload(f.ctx, ch, a.ID, at(55)))
	f.same("the first again", store.Download{Message: a, Attempts: 2, NextAt: at(55)}, f.turn(ch))
	f.must(f.s.PostponeDownload(f.ctx, ch, f.attached().ID, at(1)))
}

func downloadKnown(f *fixture) {
	ch := f.channel()
	m := f.attached()
	_, err := f.s.Receive(f.ctx, ch, m, f.record(ch, hookA))
	f.must(err)
	fresh, err := f.s.ReceiveLater(f.ctx, ch, m)
	f.must(err)
	f.same("fresh", false, fresh)
	f.same("next", store.Download{}, f.turn(ch))
	_, err = f.s.ReceiveLater(f.ctx, "NONE", f.attached())
	f.kind("ReceiveLater without a channel", err, fault.NotFound)
}
