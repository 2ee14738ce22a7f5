package storetest

import (
	"fmt"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func sweeping() []testCase {
	return []testCase{
		{"old messages are swept in steps, with what refers to them", sweepMessages},
		{"what the outbox or a download needs stays", sweepNeeded},
		{"messages of a large group take more steps", sweepGroup},
	}
}

// sweepAll sweeps in steps and returns how many messages went, and in how many steps.
func (f *fixture) sweepAll(before time.Time, limit int) (n, steps int) {
	f.Helper()
	for after := int64(0); ; {
		swept, last, err := f.s.SweepMessages(f.ctx, before, after, limit)
		f.must(err)
		n, steps = n+swept, steps+1
		if last == 0 {
			return n, steps
		}
		f.same("later", true, last > after)
		after = last
	}
}

func (f *fixture) gone(ch id.Channel, m id.Message) {
	f.Helper()
	_, err := f.s.Message(f.ctx, ch, m)
	f.kind("swept message", err, fault.NotFound)
}

func sweepMessages(f *fixture) {
	ch, other := f.channel(), f.channel()
	var old []message.Message
	for i := range 7 {
		m := f.incoming()
		in := []id.Channel{ch, other}[i%2]
		_, err := f.s.Receive(f.ctx, in, m, f.record(in, hookA))
		f.must(err)
		old = append(old, m)
	}
	edit := f.change(old[0].ID, message.Edited, message.Text{Body: "new"})
	after := old[0]
	after.Content = message.Text{Body: "new"}
	_, err := f.s.ReceiveChange(f.ctx, ch, edit, store.Record{}, store.Altered{Message: after})
	f.must(err)
	young := f.incoming()
	_, err = f.s.Receive(f.ctx, ch, young, store.Record{})
	f.must(err)

	n, steps := f.sweepAll(young.At, 3)
	f.same("swept", 8, n)
	f.same("steps", 3, steps)
	for i, m := range append(old, edit) {
		if i == 7 {
			i = 0
		}
		f.gone([]id.Channel{ch, other}[i%2], m.ID)
	}
	f.same("young one", young, f.message(ch, young.ID))
	f.same("still told", 4, len(f.drain(ch, hookA)))
	n, _ = f.sweepAll(young.At, 3)
	f.same("swept again", 0, n)
	fresh, err := f.s.Receive(f.ctx, ch, old[0], store.Record{})
	f.must(err)
	f.same("known no more", true, fresh)
}

func sweepNeeded(f *fixture) {
	ch := f.channel()
	waiting, sent := f.accept(ch), f.accept(ch)
	f.finish(ch, sent, message.Sent)
	f.advance(ch, sent.Message, message.Read, "")
	download := f.receiveLater(ch)
	far := at(100_000)
	n, _ := f.sweepAll(far, 10)
	f.same("swept", 0, n)
	n, err := f.s.Sweep(f.ctx, far, 10)
	f.must(err)
	f.same("rows of the outbox", 1, n)
	n, _ = f.sweepAll(far, 10)
	f.same("swept without its row", 1, n)
	f.gone(ch, sent.Message)
	f.message(ch, waiting.Message)
	f.message(ch, download.ID)
}

func sweepGroup(f *fixture) {
	ch := f.channel()
	for range 3 {
		o := f.accept(ch)
		f.finish(ch, o, message.Sent)
		for i := range 40 {
			f.advance(ch, o.Message, message.Delivered, id.User(fmt.Sprint(10_000_000+i)))
		}
	}
	_, err := f.s.Sweep(f.ctx, at(100_000), 10)
	f.must(err)
	n, steps := f.sweepAll(at(100_000), 4) // which are enough for all of them, if they had no readers
	f.same("swept", 3, n)
	f.same("in more than one step", true, steps > 1)
}
