package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func outbox() []testCase {
	return []testCase{
		{"a row and its message come back as they were accepted", acceptComesBack},
		{"each channel has its own line, in the order of acceptance", lineOrder},
		{"rows accepted at the same time get places of their own", acceptTogether},
		{"a postponed row stays at the head", postponed},
		{"a sent row leaves the line and is found by its stanza id", finishSent},
		{"a failed row says why", finishFailed},
		{"a finished row stays as it is", finishTwice},
		{"a refilled row leaves with its new payload", refilled},
		{"an edit that was sent changes the message that it edits", finishEdit},
		{"a place is never given twice", placesAreNotReused},
		{"a known message is a conflict", acceptConflict},
		{"what does not exist is not found", outboxNotFound},
		{"a cancelled context prevents the write", cancelledAccept},
	}
}

func acceptComesBack(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	m.Content = message.Interactive{
		Header: "h", Body: "b", Footer: "f",
		Action: message.Buttons{{Kind: message.QuickReply, Title: "Yes", ID: "y"}},
	}
	m.Context = &message.Context{QuotedID: id.Message{Stanza: "3A0011223344556677FF", Chat: m.ID.Chat}, QuotedAuthor: jonathan, Quoted: message.Text{Body: "q"}}
	seq, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	o.Seq = seq
	f.same("row", o, f.head(ch))
	f.same("message", m, f.message(ch, m.ID))

	bare := store.Outbound{Channel: f.channel(), Message: m.ID}
	m.Status = "" // a message in the line is pending, whatever it said before
	bare.Seq, err = f.s.Accept(f.ctx, bare, m)
	f.must(err)
	got := f.head(bare.Channel)
	if len(got.Payload) != 0 {
		f.Errorf("payload %q, want none", got.Payload)
	}
	got.Payload = nil
	f.same("row with zero values", bare, got)
	f.same("status", message.Pending, f.message(bare.Channel, m.ID).Status)
}

func lineOrder(f *fixture) {
	a, b := f.channel(), f.channel()
	a1, b1, a2, b2 := f.accept(a), f.accept(b), f.accept(a), f.accept(b)
	if a1.Seq >= a2.Seq || b1.Seq >= b2.Seq {
		f.Errorf("places %d, %d and %d, %d do not grow", a1.Seq, a2.Seq, b1.Seq, b2.Seq)
	}
	for _, want := range []store.Outbound{a1, a2, b1, b2} {
		f.same("head", want, f.head(want.Channel))
		f.must(f.s.Finish(f.ctx, want.Channel, store.Ending{Seq: want.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(1)}}))
	}
	f.same("head of an empty line", store.Outbound{}, f.head(a))
	n, err := f.s.Waiting(f.ctx, b)
	f.must(err)
	f.same("waiting", 0, n)
}

func acceptTogether(f *fixture) {
	ch := f.channel()
	const each = 25
	seqs := make([][]int64, callers)
	rows := make([][]store.Outbound, callers)
	msgs := make([][]message.Message, callers)
	for i := range callers {
		for range each {
			o, m := f.outgoing(ch)
			rows[i], msgs[i] = append(rows[i], o), append(msgs[i], m)
		}
	}
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for k := range each {
				seq, err := f.s.Accept(f.ctx, rows[i][k], msgs[i][k])
				if err != nil {
					f.Error(err)
					return
				}
				seqs[i] = append(seqs[i], seq)
			}
		})
	}
	wg.Wait()
	var want []int64
	for _, s := range seqs {
		if !slices.IsSorted(s) {
			f.Errorf("a caller got the places %v, one after the other", s)
		}
		want = append(want, s...)
	}
	slices.Sort(want)
	var got []int64
	for range callers * each {
		o := f.head(ch)
		got = append(got, o.Seq)
		f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(1)}}))
	}
	f.same("places in the line", want, got)
	f.same("different places", callers*each, len(slices.Compact(got)))
}

func postponed(f *fixture) {
	ch := f.channel()
	first, second := f.accept(ch), f.accept(ch)
	f.must(f.s.Postpone(f.ctx, ch, first.Seq, at(500), unknown("no connection")))
	f.must(f.s.Postpone(f.ctx, ch, first.Seq, at(501), unknown("timeout")))
	first.Attempts, first.NextAt = 2, at(501)
	f.same("head", first, f.head(ch))
	f.same("status", message.Pending, f.message(ch, first.Message).Status)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: first.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(502)}}))
	f.same("head after it", second, f.head(ch))
}

func finishSent(f *fixture) {
	ch := f.channel()
	o, behind := f.accept(ch), f.accept(ch)
	tell, also := f.record(ch, hookA), f.record(ch, hookA)
	when := at(3).Truncate(time.Second)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: when}, Tell: []store.Record{tell, also}}))
	m := f.message(ch, o.Message)
	f.same("status", message.Sent, m.Status)
	f.same("time of the message", when, m.At)
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 1, n)
	f.same("told", []id.Event{tell.Event, also.Event}, f.drain(ch, hookA))

	o.SentAt = when
	got, err := f.s.Sent(f.ctx, ch, o.Message.Stanza)
	f.must(err)
	f.same("finished row by its stanza id", o, got)
	got, err = f.s.Sent(f.ctx, ch, behind.Message.Stanza)
	f.must(err)
	f.same("waiting row by its stanza id", behind, got)
}

func finishFailed(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	tell := f.record(ch, hookA)
	out := store.Outcome{Status: message.Failed, At: at(4), Code: "whatsapp_479", Reason: "WhatsApp did not accept the message"}
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: out, Tell: []store.Record{tell}}))
	m := f.message(ch, o.Message)
	f.same("status", message.Failed, m.Status)
	f.same("time of the message", at(4), m.At)
	code, reason, err := f.s.Failure(f.ctx, ch, o.Message)
	f.must(err)
	f.same("failure", []string{out.Code, out.Reason}, []string{code, reason})
	f.same("told", []id.Event{tell.Event}, f.drain(ch, hookA))
	f.same("head", store.Outbound{}, f.head(ch))
	got, err := f.s.Sent(f.ctx, ch, o.Message.Stanza)
	f.must(err)
	f.same("row by its stanza id: never acked", o, got)
}

func finishTwice(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	tell := f.record(ch, hookA)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(3)}, Tell: []store.Record{tell}}))
	again := store.Outcome{Status: message.Failed, At: at(9), Code: "c", Reason: "r"}
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: again, Tell: []store.Record{f.record(ch, hookA)}}))
	f.must(f.s.Postpone(f.ctx, ch, o.Seq, at(9), unknown("late")))
	m := f.message(ch, o.Message)
	f.same("status", message.Sent, m.Status)
	f.same("time", at(3), m.At)
	o.SentAt = at(3)
	got, err := f.s.Sent(f.ctx, ch, o.Message.Stanza)
	f.must(err)
	f.same("row", o, got)
	f.same("head", store.Outbound{}, f.head(ch))
	f.same("told", []id.Event{tell.Event}, f.drain(ch, hookA))
	if err := f.s.Finish(f.ctx, ch, store.Ending{Seq: f.accept(ch).Seq, Outcome: store.Outcome{Status: message.Read, At: at(1)}}); err == nil {
		f.Error("a row ended as read, want an error")
	}
}

func refilled(f *fixture) {
	ch := f.channel()
	o := f.accept(ch)
	f.must(f.s.Refill(f.ctx, ch, o.Seq, []byte("filled")))
	o.Payload = []byte("filled")
	f.same("head", o, f.head(ch))
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(3)}}))
	f.must(f.s.Refill(f.ctx, ch, o.Seq, []byte("too late")))
	o.SentAt = at(3)
	got, err := f.s.Sent(f.ctx, ch, o.Message.Stanza)
	f.must(err)
	f.same("row", o, got)
	f.kind("Refill", f.s.Refill(f.ctx, ch, o.Seq+1, nil), fault.NotFound)
	f.kind("Refill in another line", f.s.Refill(f.ctx, f.channel(), o.Seq, nil), fault.NotFound)
}

func finishEdit(f *fixture) {
	ch := f.channel()
	first := f.accept(ch)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: first.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(3)}}))
	before := f.message(ch, first.Message)

	o, m := f.outgoing(ch)
	m.Edits, m.Content = before.ID, message.Text{Body: "new"}
	seq, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	f.same("edit, before it is sent", before.ID, f.message(ch, m.ID).Edits)
	f.same("message, before the edit is sent", before, f.message(ch, before.ID))

	after := before
	after.Content, after.At, after.Status = m.Content, at(9), message.Failed // neither belongs to the edit
	gone := after
	gone.ID.Stanza = "3A00"
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: seq, Outcome: store.Outcome{Status: message.Sent, At: at(5)}, Edited: &after}))
	want := before
	want.Content = m.Content
	f.same("message", want, f.message(ch, before.ID))

	o = f.accept(ch)
	f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(6)}, Edited: &gone}))
	f.same("edit of a message that is not there", message.Sent, f.message(ch, o.Message).Status)
}

func placesAreNotReused(f *fixture) {
	ch := f.channel()
	last := int64(0)
	for range 3 {
		o := f.accept(ch)
		if o.Seq <= last {
			f.Errorf("place %d after %d", o.Seq, last)
		}
		last = o.Seq
		f.must(f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(1)}}))
	}
}

func acceptConflict(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	_, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	m.Content = message.Text{Body: "another"}
	_, err = f.s.Accept(f.ctx, o, m)
	f.kind("Accept of a known message", err, fault.Conflict)
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 1, n)
	if f.message(ch, m.ID).Content == m.Content {
		f.Error("the refused message replaced the first")
	}
	other, _ := f.outgoing(ch)
	if _, err := f.s.Accept(f.ctx, other, m); err == nil {
		f.Error("a row was accepted with the message of another, want an error")
	}
}

func outboxNotFound(f *fixture) {
	ch, other := f.channel(), f.channel()
	o, m := f.outgoing("NONE")
	_, err := f.s.Accept(f.ctx, o, m)
	f.kind("Accept without a channel", err, fault.NotFound)
	_, err = f.s.Message(f.ctx, "NONE", m.ID)
	f.kind("its message", err, fault.NotFound)
	_, err = f.s.Sent(f.ctx, ch, "3EB0")
	f.kind("Sent", err, fault.NotFound)

	o = f.accept(ch)
	out := store.Outcome{Status: message.Sent, At: at(1)}
	f.kind("Finish", f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq + 1, Outcome: out}), fault.NotFound)
	f.kind("Finish in another line", f.s.Finish(f.ctx, other, store.Ending{Seq: o.Seq, Outcome: out}), fault.NotFound)
	f.kind("Postpone", f.s.Postpone(f.ctx, ch, o.Seq+1, at(1), store.Try{}), fault.NotFound)
	f.kind("Postpone in another line", f.s.Postpone(f.ctx, other, o.Seq, at(1), store.Try{}), fault.NotFound)
	_, err = f.s.Sent(f.ctx, other, o.Message.Stanza)
	f.kind("Sent of another channel", err, fault.NotFound)
	f.same("head", o, f.head(ch))
	tell := f.record("NONE", hookA)
	f.kind("Finish that tells of no channel", f.s.Finish(f.ctx, ch, store.Ending{Seq: o.Seq, Outcome: out, Tell: []store.Record{tell}}), fault.NotFound)
	f.same("head after a finish that failed", o, f.head(ch))
}

func cancelledAccept(f *fixture) {
	ch := f.channel()
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	o, m := f.outgoing(ch)
	if _, err := f.s.Accept(ctx, o, m); err == nil {
		f.Error("Accept succeeded with a cancelled context")
	}
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 0, n)
}
