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
		{"what does not exist any more is left out", settleWithoutRow},
		{"an event has its body", bodyOfEvent},
		{"fresh deliveries are read in pages", freshInPages},
		{"postponed deliveries can be hurried", hurry},
		{"old deliveries end", endOld},
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
	f.must(f.s.Tell(f.ctx, r))
	d, _ := f.due(ch, hookA, at(0))
	want := r
	want.Webhooks, want.Body = nil, nil
	f.same("delivery", store.Delivery{Line: store.Line{Channel: ch, Webhook: hookA}, Record: want, State: store.Open, CreatedAt: r.At}, d,
		cmpopts.IgnoreFields(store.Delivery{}, "ID"))

	f.postpone(d, failed(1), at(2))
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
		f.delivered(d)
	}
	_, next := f.due(ch, hookA, at(1))
	f.same("next of an empty line", time.Time{}, next)
}

func dueUntilRecorded(f *fixture) {
	ch := f.channel()
	f.told(ch, 2)
	first, _ := f.due(ch, hookA, at(1))
	f.same("next attempt of one that was never made", time.Time{}, first.NextAt)
	again, _ := f.due(ch, hookA, at(1))
	f.same("due", first, again)
}

func retryWaits(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 2)
	first, _ := f.due(ch, hookA, at(100))
	f.postpone(first, failed(100), at(110))
	second, _ := f.due(ch, hookA, at(100))
	f.same("due meanwhile", events[1], second.Record.Event)
	f.delivered(second)
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
		f.postpone(d, failed(100), at(next))
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
		f.postpone(d, failed(100), at(next))
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
	f.postpone(d, failed(1), at(900))
	f.drain(b, hookA)
	f.same("lines later", []store.Line{{Channel: a, Webhook: hookA}, {Channel: b, Webhook: hookB}}, f.lines(), cmp.Options{anyOrder})
}

func giveUp(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 2)
	d, _ := f.due(ch, hookA, at(1))
	f.settle(d, failed(1), store.Dead, time.Time{})
	f.same("left", events[1:], f.drain(ch, hookA))
}

func cancelLine(f *fixture) {
	a, b := f.channel(), f.channel()
	ofA, ofB := f.told(a, 4), f.told(b, 1)
	d, _ := f.due(a, hookA, at(1))
	f.delivered(d)
	f.must(f.s.Tell(f.ctx, f.record(a, hookB)))
	line := store.Line{Channel: a, Webhook: hookA}
	cancel := func(after int64, limit, want int) int64 {
		n, last, err := f.s.CancelLine(f.ctx, line, after, limit)
		f.must(err)
		f.same("cancelled", want, n)
		return last
	}
	last := cancel(0, 2, 2)
	f.same("left after one step", ofA[3:], f.drain(a, hookA)) // which delivers it
	f.same("last of the line", int64(0), cancel(last, 2, 0))
	ofA = f.told(a, 2)
	last = cancel(0, 2, 2)
	f.same("not known to be the last", true, last > 0)
	f.same("last of the line", int64(0), cancel(last, 2, 0))
	f.same("left of the line", []id.Event{}, f.drain(a, hookA))
	f.same("left of the other webhook", 1, len(f.drain(a, hookB)))
	f.same("left of the other channel", ofB, f.drain(b, hookA))
	after := f.told(a, 1)
	f.same("told later", after, f.drain(a, hookA))
	f.same("told", 2, len(ofA))
}

func endedStaysEnded(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	ended := func(as store.DeliveryState) func(store.Delivery) {
		return func(d store.Delivery) { f.settle(d, failed(1), as, time.Time{}) }
	}
	old := func(as store.DeliveryState) func(store.Delivery) {
		return func(store.Delivery) {
			n, err := f.s.EndDeliveries(f.ctx, line, at(100_000), as, 10)
			f.must(err)
			f.same("ended", 1, n)
		}
	}
	for name, end := range map[string]struct {
		do   func(d store.Delivery)
		want store.DeliveryState
	}{
		"delivered": {ended(store.Delivered), store.Delivered},
		"given up":  {ended(store.Dead), store.Dead},
		"too old":   {old(store.Expired), store.Expired},
		"very old":  {old(store.Dead), store.Dead},
		"cancelled": {func(store.Delivery) {
			_, _, err := f.s.CancelLine(f.ctx, line, 0, 10)
			f.must(err)
		}, store.Cancelled},
	} {
		f.told(ch, 1)
		d, _ := f.due(ch, hookA, at(1))
		end.do(d)
		before, _, err := f.s.Delivery(f.ctx, ch, d.ID)
		f.must(err)
		f.same("state after "+name, end.want, before.State)
		// an attempt that was under way comes to its end, one way or another
		for _, late := range []store.DeliveryState{store.Open, store.Delivered, store.Dead} {
			f.settle(d, failed(2), late, at(3))
			f.same("left after "+name+" and "+string(late), []id.Event{}, f.drain(ch, hookA))
		}
		after, attempts, err := f.s.Delivery(f.ctx, ch, d.ID)
		f.must(err)
		f.same("attempts recorded late", before.Attempts+3, after.Attempts)
		f.same("attempts", after.Attempts, len(attempts))
		after.Attempts = before.Attempts
		f.same("after "+name, before, after)
		f.same("lines after "+name, 0, len(f.lines()))
	}
}

// What was swept, or went with its channel, while an attempt was under way is no trouble for the others.
func settleWithoutRow(f *fixture) {
	ch := f.channel()
	f.told(ch, 1)
	d, _ := f.due(ch, hookA, at(1))
	f.must(f.s.Settle(f.ctx, []store.Attempted{
		{Delivery: 4711, Attempt: failed(1), State: store.Dead},
		{Delivery: d.ID, Attempt: failed(1), State: store.Delivered},
	}, []store.Webhook{{Line: store.Line{Channel: "NONE", Webhook: hookA}, Failures: 1}}))
	f.same("left", []id.Event{}, f.drain(ch, hookA))
	d, next := f.due("NONE", hookA, at(1))
	f.same("due on a line that does not exist", int64(0), d.ID)
	f.same("next", time.Time{}, next)
}

func bodyOfEvent(f *fixture) {
	ch := f.channel()
	r := f.record(ch, hookA)
	r.Body = []byte("{\"a\":\"\\u0000<>\"}\x00\xff")
	f.must(f.s.Tell(f.ctx, r))
	body, err := f.s.EventBody(f.ctx, r.Event)
	f.must(err)
	f.same("body", r.Body, body)
	_, err = f.s.EventBody(f.ctx, "evt_none")
	f.kind("EventBody", err, fault.NotFound)
}

// Whoever reads on from an ID gets what came later, page by page, and nothing that was postponed.
func freshInPages(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	want := f.told(ch, 5)
	var got []id.Event
	var last int64
	for {
		list, err := f.s.FreshDeliveries(f.ctx, line, last, 2)
		f.must(err)
		if len(list) == 0 {
			break
		}
		for _, d := range list {
			got, last = append(got, d.Record.Event), d.ID
		}
	}
	f.same("pages", want, got)
	d, _ := f.due(ch, hookA, at(1))
	f.postpone(d, failed(1), at(2))
	list, err := f.s.FreshDeliveries(f.ctx, line, 0, 1)
	f.must(err)
	f.same("the first that was not postponed", want[1], list[0].Record.Event)
	more := f.told(ch, 1)
	list, err = f.s.FreshDeliveries(f.ctx, line, last, 10)
	f.must(err)
	f.same("what came later", 1, len(list))
	f.same("what came later", more[0], list[0].Record.Event)
}

func hurry(f *fixture) {
	ch := f.channel()
	want := f.told(ch, 4)
	for i := range 3 {
		d, _ := f.due(ch, hookA, at(1))
		f.postpone(d, failed(1), at([]int{120, 3, 110}[i])) // one is due before the others
	}
	line := store.Line{Channel: ch, Webhook: hookA}
	for _, n := range []int{2, 1, 0} {
		got, err := f.s.HurryDeliveries(f.ctx, line, at(5), 2)
		f.must(err)
		f.same("hurried", n, got)
	}
	list, err := f.s.PostponedDeliveries(f.ctx, line, 10)
	f.must(err)
	for _, d := range list {
		f.same("due", at(5), d.NextAt)
	}
	f.same("all of them", want, f.drain(ch, hookA))
}

// Only those that were made before the time end, and no more than asked for.
func endOld(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	events := f.told(ch, 4) // one minute after the other
	d, _ := f.due(ch, hookA, at(1))
	f.postpone(d, failed(1), at(900))
	third, err := f.s.FreshDeliveries(f.ctx, line, 0, 4)
	f.must(err)
	limit := third[1].CreatedAt // the second of those that are fresh is the third of all
	n, err := f.s.EndDeliveries(f.ctx, line, limit, store.Expired, 1)
	f.must(err)
	f.same("ended at most one", 1, n)
	n, err = f.s.EndDeliveries(f.ctx, line, limit, store.Expired, 10)
	f.must(err)
	f.same("ended the other", 1, n)
	n, err = f.s.EndDeliveries(f.ctx, line, limit, store.Expired, 10)
	f.must(err)
	f.same("ended all", 0, n)
	f.same("left", events[2:], f.drain(ch, hookA))
}
