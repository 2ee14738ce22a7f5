package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func timelines() []testCase {
	return []testCase{
		{"a message's story is told whole", wholeStory},
		{"a message that came in has a story too", storyOfReceived},
		{"a row that is finished gets no further attempt", tryAfterEnd},
		{"what has ended is swept in steps, with its key and its attempts", sweep},
	}
}

func wholeStory(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.accept(ch) // another, which does not get into it
	lost := unknown("connection cut")
	f.must(f.s.Postpone(f.ctx, ch, o.Seq, at(410), lost))
	acked := store.Try{At: at(411), Took: 1500 * time.Microsecond, Result: store.TryAcked}
	sent, status := f.record(ch, hookA), f.record(ch, hookA, hookB)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{
		Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(412)}, Try: acked, Tell: []store.Record{sent, status},
	}))
	read := f.record(ch, hookA)
	_, err := f.s.Advance(f.ctx, ch, event.StatusChanged{Message: o.Message, Status: message.Read, At: at(420), Viewer: maria}, read)
	f.must(err)
	_, err = f.s.Advance(f.ctx, ch, event.StatusChanged{Message: o.Message, Status: message.Delivered, At: at(420), Viewer: maria}, store.Record{})
	f.must(err)
	tap, tapped := f.incoming(), f.record(ch, hookB)
	tap.Context = &message.Context{QuotedID: o.Message}
	_, err = f.s.Receive(f.ctx, ch, tap, tapped)
	f.must(err)
	d, _ := f.due(ch, hookA, at(500))
	f.same("first delivery", sent.Event, d.Record.Event)
	refused := store.Attempt{At: at(413), Took: time.Second, Status: 500, Failure: "status 500"}
	f.postpone(d, refused, at(414))

	got, err := f.s.Timeline(f.ctx, ch, o.Message)
	f.must(err)
	f.same("message", f.message(ch, o.Message), got.Message)
	o.Attempts, o.NextAt, o.SentAt = 1, at(410), at(412)
	f.same("row", &o, got.Row)
	f.same("attempts", []store.Try{lost, acked}, got.Tries)
	f.same("statuses", []store.Reached{
		{Status: message.Sent, At: at(412)}, {Status: message.Delivered, Viewer: maria, At: at(420)}, {Status: message.Read, Viewer: maria, At: at(420)},
	}, got.Reached)
	f.same("replies", []message.Message{tap}, got.Replies)
	type told struct {
		Message id.Message
		Event   id.Event
		Webhook string
	}
	var list []told
	for _, d := range got.Told {
		list = append(list, told{d.Message, d.Event, d.Webhook})
	}
	f.same("told", []told{
		{o.Message, sent.Event, hookA}, {o.Message, status.Event, hookA}, {o.Message, status.Event, hookB},
		{o.Message, read.Event, hookA}, {tap.ID, tapped.Event, hookB},
	}, list)
	f.same("attempts of the first delivery", []store.Attempt{refused}, got.Told[0].Attempts, cmpopts.EquateEmpty())
	f.same("the first delivery", d.ID, got.Told[0].Delivery)

	_, err = f.s.Timeline(f.ctx, f.channel(), o.Message)
	f.kind("Timeline in another channel", err, fault.NotFound)
}

func storyOfReceived(f *fixture) {
	ch := f.channel()
	in, tell := f.incoming(), f.record(ch, hookA)
	_, err := f.s.Receive(f.ctx, ch, in, tell)
	f.must(err)
	got, err := f.s.Timeline(f.ctx, ch, in.ID)
	f.must(err)
	if got.Row != nil || len(got.Tries) != 0 || len(got.Replies) != 0 {
		f.Errorf("a received message has the row %+v, attempts %v, replies %v", got.Row, got.Tries, got.Replies)
	}
	if len(got.Told) != 1 || got.Told[0].Event != tell.Event {
		f.Errorf("told %+v", got.Told)
	}
}

func tryAfterEnd(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.finish(ch, o, message.Sent)
	f.must(f.s.Postpone(f.ctx, ch, o.Seq, at(9), unknown("late")))
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(9)}, Try: unknown("late")}))
	got, err := f.s.Timeline(f.ctx, ch, o.Message)
	f.must(err)
	if len(got.Tries) != 0 {
		f.Errorf("attempts %+v", got.Tries)
	}
}

func sweep(f *fixture) {
	ch := f.channel()
	var rows []store.Outbound
	for i := range 4 {
		o, m := f.outgoing(ch)
		seq, _, err := f.s.AcceptOnce(f.ctx, o, m, store.Key{Name: o.Message.Stanza})
		f.must(err)
		o.Seq = seq
		rows = append(rows, o)
		if i == 3 { // waits, however old
			break
		}
		f.must(f.s.Postpone(f.ctx, ch, seq, at(1), unknown("cut")))
		out := store.Outcome{Status: message.Sent, At: at(100 + i)}
		if i == 1 {
			out = store.Outcome{Status: message.Failed, At: at(100 + i), Code: "expired", Reason: "r"}
		}
		f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: seq, Outcome: out}))
	}
	for _, want := range []int{1, 1, 0} { // the third ended at that very time
		n, err := f.s.Sweep(f.ctx, at(102), 1)
		f.must(err)
		f.same("swept", want, n)
	}
	for i, o := range rows {
		_, errSent := f.s.Sent(f.ctx, ch, o.Message.Stanza)
		_, errKey := f.s.Keyed(f.ctx, ch, o.Message.Stanza)
		if i < 2 {
			f.kind("Sent", errSent, fault.NotFound)
			f.kind("Keyed", errKey, fault.NotFound)
		} else {
			f.must(errSent)
			f.must(errKey)
		}
		got, err := f.s.Timeline(f.ctx, ch, o.Message) // the message stays
		f.must(err)
		if (got.Row == nil) != (i < 2) || i < 2 && len(got.Tries) != 0 {
			f.Errorf("row %d: %+v with attempts %v", i, got.Row, got.Tries)
		}
	}
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 1, n)
}
