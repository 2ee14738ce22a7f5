package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

func deliveries() []testCase {
	return []testCase{
		{"a delivery carries its event", deliveryCarries},
		{"first attempts are due in the order of events", firstAttemptsInOrder},
		{"until an attempt is recorded the same delivery is due", dueUntilRecorded},
		{"a delivery that failed waits its time and holds nobody up", retryWaits},
		{"the oldest of those whose time has come is due", retryOrder},
		{"next is when the earliest delivery is due", nextIsEarliest},
		{"open lines are those with open deliveries", openLines},
		{"a given-up delivery leaves the line", giveUp},
		{"a cancelled line is empty and its neighbours are not", cancelLine},
		{"what has ended stays ended", endedStaysEnded},
		{"what does not exist is not found", deliveryNotFound},
	}
}

// told records n events for hook A.
func (f *fixture) told(ch id.Channel, n int) (events []id.Event) {
	f.Helper()
	for range n {
		r := f.record(ch, hookA)
		f.must(f.s.Tell(f.ctx, r))
		events = append(events, r.Event)
	}
	return events
}

func failed(n int) store.Attempt {
	return store.Attempt{At: at(n), Took: 15 * time.Millisecond, Status: 503, Failure: "503 Service Unavailable", Answer: []byte("later")}
}

func deliveryCarries(f *fixture) {
	ch := f.channel()
	r := f.record(ch, hookA, hookB)
	r.Body = []byte("{\"a\":\"\\u0000<>\"}\x00\xff")
	f.must(f.s.Tell(f.ctx, r))
	d, _ := f.due(ch, hookA, at(0))
	want := r
	want.Webhooks = nil
	f.same("delivery", store.Delivery{Line: store.Line{Channel: ch, Webhook: hookA}, Record: want, CreatedAt: r.At}, d,
		cmpopts.IgnoreFields(store.Delivery{}, "ID"))

	f.must(f.s.Retry(f.ctx, d.ID, failed(1), at(2)))
	d, _ = f.due(ch, hookA, at(2))
	f.same("attempts", 1, d.Attempts)
	d, _ = f.due(ch, hookB, at(2))
	f.same("attempts of the other webhook", 0, d.Attempts)
}

func firstAttemptsInOrder(f *fixture) {
	ch := f.channel()
	want := f.told(ch, 5)
	// the clock of whoever asks may stand before the time of the event
	for _, e := range want {
		d, _ := f.due(ch, hookA, at(-10))
		f.same("due", e, d.Record.Event)
		f.must(f.s.Delivered(f.ctx, d.ID, store.Attempt{At: at(1), Status: 200}))
	}
	_, next := f.due(ch, hookA, at(1))
	f.same("next of an empty line", time.Time{}, next)
}

func dueUntilRecorded(f *fixture) {
	ch := f.channel()
	f.told(ch, 2)
	first, _ := f.due(ch, hookA, at(1))
	again, _ := f.due(ch, hookA, at(1))
	f.same("due", first, again)
}

func retryWaits(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 2)
	first, _ := f.due(ch, hookA, at(100))
	f.must(f.s.Retry(f.ctx, first.ID, failed(100), at(110)))
	second, _ := f.due(ch, hookA, at(100))
	f.same("due meanwhile", events[1], second.Record.Event)
	f.must(f.s.Delivered(f.ctx, second.ID, store.Attempt{At: at(101), Status: 200}))
	d, next := f.due(ch, hookA, at(110).Add(-time.Microsecond))
	f.same("due a moment too early", store.Delivery{}, d)
	f.same("next", at(110), next)
	d, _ = f.due(ch, hookA, at(110))
	f.same("due in time", events[0], d.Record.Event)
}

func retryOrder(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 4)
	for i, next := range []int{130, 120, 110} { // the later the event, the earlier its next attempt
		d, _ := f.due(ch, hookA, at(100))
		f.same("due at first", events[i], d.Record.Event)
		f.must(f.s.Retry(f.ctx, d.ID, failed(100), at(next)))
	}
	for _, c := range []struct {
		now  int
		want id.Event
	}{{100, events[3]}, {110, events[2]}, {120, events[1]}, {130, events[0]}} {
		d, _ := f.due(ch, hookA, at(c.now))
		f.same("due", c.want, d.Record.Event)
	}
	f.same("all, when all are due", events, f.drain(ch, hookA))
}

func nextIsEarliest(f *fixture) {
	ch := f.channel()
	f.told(ch, 2)
	for _, next := range []int{130, 120} {
		d, _ := f.due(ch, hookA, at(100))
		f.must(f.s.Retry(f.ctx, d.ID, failed(100), at(next)))
	}
	_, next := f.due(ch, hookA, at(100))
	f.same("next", at(120), next)
}

func openLines(f *fixture) {
	a, b := f.channel(), f.channel()
	for _, r := range []store.Record{f.record(b, hookB, hookA), f.record(b, hookA), f.record(a, hookA)} {
		f.must(f.s.Tell(f.ctx, r))
	}
	anyOrder := cmpopts.SortSlices(func(x, y store.Line) bool { return x.Channel+id.Channel(x.Webhook) < y.Channel+id.Channel(y.Webhook) })
	f.same("lines", []store.Line{{Channel: a, Webhook: hookA}, {Channel: b, Webhook: hookA}, {Channel: b, Webhook: hookB}}, f.lines(), anyOrder)
	d, _ := f.due(b, hookB, at(1))
	f.must(f.s.Retry(f.ctx, d.ID, failed(1), at(900)))
	f.drain(b, hookA)
	f.same("lines later", []store.Line{{Channel: a, Webhook: hookA}, {Channel: b, Webhook: hookB}}, f.lines(), cmp.Options{anyOrder})
}

func giveUp(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 2)
	d, _ := f.due(ch, hookA, at(1))
	f.must(f.s.GiveUp(f.ctx, d.ID, failed(1)))
	f.same("left", events[1:], f.drain(ch, hookA))
}

func cancelLine(f *fixture) {
	a, b := f.channel(), f.channel()
	ofA, ofB := f.told(a, 3), f.told(b, 1)
	d, _ := f.due(a, hookA, at(1))
	f.must(f.s.Delivered(f.ctx, d.ID, store.Attempt{At: at(1), Status: 200}))
	f.must(f.s.Tell(f.ctx, f.record(a, hookB)))
	n, err := f.s.CancelLine(f.ctx, store.Line{Channel: a, Webhook: hookA})
	f.must(err)
	f.same("cancelled", len(ofA)-1, n)
	n, err = f.s.CancelLine(f.ctx, store.Line{Channel: a, Webhook: hookA})
	f.must(err)
	f.same("cancelled again", 0, n)
	f.same("left of the line", []id.Event{}, f.drain(a, hookA))
	f.same("left of the other webhook", 1, len(f.drain(a, hookB)))
	f.same("left of the other channel", ofB, f.drain(b, hookA))
	after := f.told(a, 1)
	f.same("told later", after, f.drain(a, hookA))
}

func endedStaysEnded(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	end := map[string]func(d store.Delivery) error{
		"delivered": func(d store.Delivery) error {
			return f.s.Delivered(f.ctx, d.ID, store.Attempt{At: at(1), Status: 200})
		},
		"given up": func(d store.Delivery) error { return f.s.GiveUp(f.ctx, d.ID, failed(1)) },
		"cancelled": func(store.Delivery) error {
			_, err := f.s.CancelLine(f.ctx, line)
			return err
		},
	}
	for name, ended := range end {
		f.told(ch, 1)
		d, _ := f.due(ch, hookA, at(1))
		f.must(ended(d))
		// an attempt that was under way comes to its end, one way or another
		for what, late := range map[string]func() error{
			"retry":     func() error { return f.s.Retry(f.ctx, d.ID, failed(2), at(3)) },
			"delivered": func() error { return f.s.Delivered(f.ctx, d.ID, store.Attempt{At: at(2), Status: 200}) },
			"give up":   func() error { return f.s.GiveUp(f.ctx, d.ID, failed(2)) },
		} {
			f.must(late())
			f.same("left after "+name+" and "+what, []id.Event{}, f.drain(ch, hookA))
		}
		f.same("lines after "+name, 0, len(f.lines()))
	}
}

func deliveryNotFound(f *fixture) {
	f.kind("Delivered", f.s.Delivered(f.ctx, 4711, store.Attempt{At: at(1)}), fault.NotFound)
	f.kind("Retry", f.s.Retry(f.ctx, 4711, failed(1), at(2)), fault.NotFound)
	f.kind("GiveUp", f.s.GiveUp(f.ctx, 4711, failed(1)), fault.NotFound)
	d, next := f.due("NONE", hookA, at(1))
	f.same("due on a line that does not exist", int64(0), d.ID)
	f.same("next", time.Time{}, next)
}
