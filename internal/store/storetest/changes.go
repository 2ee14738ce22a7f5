package storetest

import (
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// change makes a message that changes another one.
func (f *fixture) change(of id.Message, did message.ChangeKind, c message.Content) message.Message {
	m := f.incoming()
	m.Content = message.Change{Did: did, Target: of, Content: c}
	return m
}

func changeAlters(f *fixture) {
	ch := f.channel()
	m := f.incoming()
	_, err := f.s.Receive(f.ctx, ch, m, store.Record{})
	f.must(err)

	edit, first, second := f.change(m.ID, message.Edited, message.Text{Body: "new"}), f.record(ch, hookA), f.record(ch, hookA)
	after := m
	after.Content = message.Text{Body: "new"}
	fresh, err := f.s.ReceiveChange(f.ctx, ch, edit, first, store.Altered{Message: after, Tell: second})
	f.must(err)
	f.same("fresh", true, fresh)
	f.same("the edit", edit, f.message(ch, edit.ID))
	f.same("what was edited", after, f.message(ch, m.ID))
	f.same("told", []id.Event{first.Event, second.Event}, f.drain(ch, hookA))

	gone := f.change(m.ID, message.Revoked, nil)
	after.Status = message.Deleted
	_, err = f.s.ReceiveChange(f.ctx, ch, gone, store.Record{}, store.Altered{Message: after})
	f.must(err)
	f.same("what was deleted", after, f.message(ch, m.ID))
	after.Status = ""
	late := f.change(m.ID, message.Edited, message.Text{Body: "new"})
	_, err = f.s.ReceiveChange(f.ctx, ch, late, store.Record{}, store.Altered{Message: after})
	f.must(err)
	f.same("status after that", message.Deleted, f.message(ch, m.ID).Status)

	list, err := f.s.Changes(f.ctx, ch, m.ID)
	f.must(err)
	f.same("changes", []message.Message{edit, gone, late}, list)
	listed, total, err := f.s.List(f.ctx, ch, store.Query{Count: 10})
	f.must(err)
	f.same("listed", 1, total)
	f.same("listed", m.ID, listed[0].ID)
	line, err := f.s.Timeline(f.ctx, ch, m.ID)
	f.must(err)
	f.same("in the timeline", []message.Message{edit, gone, late}, line.Replies)
	f.same("told in the timeline", 2, len(line.Told))
}

func changeOfUnknown(f *fixture) {
	ch, other := f.channel(), f.channel()
	m := f.incoming()
	gone, first, second := f.change(m.ID, message.Revoked, nil), f.record(ch, hookA), f.record(ch, hookA)
	_, err := f.s.ReceiveChange(f.ctx, ch, gone, first, store.Altered{Tell: second})
	f.must(err)
	f.same("told", []id.Event{first.Event, second.Event}, f.drain(ch, hookA))
	list, err := f.s.Changes(f.ctx, ch, m.ID)
	f.must(err)
	f.same("changes", []message.Message{gone}, list)
	list, err = f.s.Changes(f.ctx, other, m.ID)
	f.must(err)
	f.same("changes in another channel", 0, len(list))

	// a message that was there a moment ago and is gone needs no change, either
	unknown, third := f.incoming(), f.record(ch, hookA)
	_, err = f.s.ReceiveChange(f.ctx, ch, f.change(unknown.ID, message.Revoked, nil), store.Record{}, store.Altered{Message: unknown, Tell: third})
	f.must(err)
	f.same("told", []id.Event{third.Event}, f.drain(ch, hookA))
}

func changeOnce(f *fixture) {
	ch := f.channel()
	m := f.incoming()
	_, err := f.s.Receive(f.ctx, ch, m, store.Record{})
	f.must(err)
	edit := f.change(m.ID, message.Edited, message.Text{Body: "new"})
	after := m
	for i, body := range []string{"new", "other"} {
		after.Content = message.Text{Body: body}
		fresh, err := f.s.ReceiveChange(f.ctx, ch, edit, f.record(ch, hookA), store.Altered{Message: after, Tell: f.record(ch, hookA)})
		f.must(err)
		f.same("fresh", i == 0, fresh)
	}
	f.same("told", 2, len(f.drain(ch, hookA)))
	f.same("content", message.Content(message.Text{Body: "new"}), f.message(ch, m.ID).Content)
}
