package storetest

import (
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func statuses() []testCase {
	return []testCase{
		{"a status goes forward and is told once", statusForward},
		{"a lower status that comes late is told and lowers nothing", statusLate},
		{"each viewer counts for himself", statusViewers},
		{"a receipt may overtake the ack", statusOvertakes},
		{"a receipt may overtake our giving up", statusOvertakesFailure},
		{"a message that failed later says why", statusFails},
		{"a message that was sent does not fail", statusSentDoesNotFail},
		{"what is not ours has no status", statusNotOurs},
	}
}

// advance reports a status to the store, with an event for hook A, and returns whether it was new.
func (f *fixture) advance(ch id.Channel, m id.Message, s message.Status, viewer id.User) bool {
	f.Helper()
	tell := f.record(ch, hookA)
	changed, err := f.s.Advance(f.ctx, ch, event.StatusChanged{Message: m, Status: s, At: at(7), Viewer: viewer, Reason: "because"}, tell)
	f.must(err)
	told := f.drain(ch, hookA)
	want := []id.Event{}
	if changed {
		want = append(want, tell.Event)
	}
	f.same("told", want, told)
	return changed
}

func (f *fixture) finish(ch id.Channel, o store.Outbound, s message.Status) {
	f.Helper()
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: s, At: at(50), Code: "code", Reason: "reason"}}))
}

func statusForward(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.finish(ch, o, message.Sent)
	before := f.message(ch, o.Message).At
	for _, s := range []message.Status{message.Delivered, message.Read, message.Played} {
		f.same("new", true, f.advance(ch, o.Message, s, ""))
		f.same("new again", false, f.advance(ch, o.Message, s, ""))
		f.same("status", s, f.message(ch, o.Message).Status)
	}
	f.same("time of the message", before, f.message(ch, o.Message).At)
}

func statusLate(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.finish(ch, o, message.Sent)
	f.same("read is new", true, f.advance(ch, o.Message, message.Read, ""))
	f.same("delivered is new", true, f.advance(ch, o.Message, message.Delivered, ""))
	f.same("status", message.Read, f.message(ch, o.Message).Status)
	f.same("delivered is new again", false, f.advance(ch, o.Message, message.Delivered, ""))
	f.same("sent, which the ack said, is new", false, f.advance(ch, o.Message, message.Sent, ""))
}

func statusViewers(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	o.Message.Chat = id.Chat{User: "120363012345678901", Server: id.Group}
	m.ID = o.Message
	var err error
	o.Seq, err = f.s.Accept(f.ctx, o, m)
	f.must(err)
	f.finish(ch, o, message.Sent)
	for _, c := range []struct {
		status message.Status
		viewer id.User
		fresh  bool
		want   message.Status
	}{
		{message.Delivered, jonathan, true, message.Delivered},
		{message.Read, jonathan, true, message.Read},
		{message.Delivered, maria, true, message.Read},
		{message.Delivered, jonathan, false, message.Read},
		{message.Read, maria, true, message.Read},
		{message.Read, maria, false, message.Read},
	} {
		f.same(string("new: "+c.status+" by "+message.Status(c.viewer)), c.fresh, f.advance(ch, o.Message, c.status, c.viewer))
		f.same("status", c.want, f.message(ch, o.Message).Status)
	}
}

func statusOvertakes(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.same("new", true, f.advance(ch, o.Message, message.Delivered, ""))
	f.same("status", message.Delivered, f.message(ch, o.Message).Status)
	f.same("head", o, f.head(ch))
	f.finish(ch, o, message.Sent)
	m := f.message(ch, o.Message)
	f.same("status after the ack", message.Delivered, m.Status)
	f.same("time after the ack", at(50), m.At)
	f.same("head", store.Outbound{}, f.head(ch))
	f.same("new again", false, f.advance(ch, o.Message, message.Delivered, ""))
}

func statusOvertakesFailure(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.advance(ch, o.Message, message.Delivered, "")
	f.finish(ch, o, message.Failed)
	f.same("status", message.Delivered, f.message(ch, o.Message).Status)
	code, reason, err := f.s.Failure(f.ctx, ch, o.Message)
	f.must(err)
	f.same("failure", "", code+reason)
}

func statusFails(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.same("new", true, f.advance(ch, o.Message, message.Failed, ""))
	f.same("status", message.Failed, f.message(ch, o.Message).Status)
	code, reason, err := f.s.Failure(f.ctx, ch, o.Message)
	f.must(err)
	f.same("failure", []string{"", "because"}, []string{code, reason})
}

func statusSentDoesNotFail(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.finish(ch, o, message.Sent)
	f.advance(ch, o.Message, message.Failed, "")
	f.same("status", message.Sent, f.message(ch, o.Message).Status)
	_, reason, err := f.s.Failure(f.ctx, ch, o.Message)
	f.must(err)
	f.same("reason", "", reason)
}

func statusNotOurs(f *fixture) {
	ch, other := f.channel(), f.channel()
	m := f.incoming()
	_, err := f.s.Receive(f.ctx, ch, m, store.Record{})
	f.must(err)
	f.same("new of a received message", false, f.advance(ch, m.ID, message.Read, ""))
	f.same("status of a received message", message.Status(""), f.message(ch, m.ID).Status)

	o := f.accept(ch)
	f.same("new of another channel's message", false, f.advance(other, o.Message, message.Read, ""))
	unknown, _ := f.outgoing(ch)
	f.same("new of an unknown message", false, f.advance(ch, unknown.Message, message.Read, ""))
}
