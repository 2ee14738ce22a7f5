package storetest

import (
	"slices"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

func deliveryLog() []testCase {
	return []testCase{
		{"deliveries are listed newest first, page by page", listInPages},
		{"deliveries are listed by webhook and state", listFiltered},
		{"a delivery is read whole", readDelivery},
		{"a delivery of another channel is not found", deliveryOfOther},
		{"deliveries are replayed by their ids", replayNamed},
		{"all that failed is replayed once", replayDead},
		{"a range of time is replayed, in steps", replayRange},
		{"a replay can go elsewhere", replayElsewhere},
		{"an open delivery is not replayed", replayOpen},
		{"replaying what does not exist replays nothing", replayNothing},
		{"events are read on from a cursor", readEvents},
		{"old deliveries are swept in steps", sweepDeliveries},
		{"old events are swept when nobody needs them", sweepEvents},
	}
}

func (f *fixture) list(ch id.Channel, q store.DeliveryQuery) (list []store.Delivery, next int64) {
	f.Helper()
	list, next, err := f.s.Deliveries(f.ctx, ch, q)
	f.must(err)
	return list, next
}

// all reads all pages.
func (f *fixture) all(ch id.Channel, q store.DeliveryQuery) (events []id.Event) {
	f.Helper()
	for range 1000 {
		list, next := f.list(ch, q)
		for _, d := range list {
			events = append(events, d.Record.Event)
		}
		if next == 0 {
			return events
		}
		q.Before = next
	}
	f.Fatal("the pages have no end")
	return nil
}

func (f *fixture) replay(ch id.Channel, q store.ReplayQuery) (made int, lines []store.Line, next int64) {
	f.Helper()
	made, lines, next, err := f.s.Replay(f.ctx, ch, q)
	f.must(err)
	return made, lines, next
}

func reversed(events []id.Event) []id.Event {
	events = slices.Clone(events)
	slices.Reverse(events)
	return events
}

func listInPages(f *fixture) {
	ch := f.channel()
	var want []id.Event
	for _, hook := range []string{hookA, hookB, hookA, hookB, hookB} {
		r := f.record(ch, hook)
		f.must(f.s.Tell(f.ctx, r))
		want = append(want, r.Event)
	}
	f.told(f.channel(), 3)
	list, next := f.list(ch, store.DeliveryQuery{Limit: 2})
	f.same("a page", 2, len(list))
	f.same("next", list[1].ID, next)
	f.same("pages", reversed(want), f.all(ch, store.DeliveryQuery{Limit: 2}))
	f.same("one page", reversed(want), f.all(ch, store.DeliveryQuery{Limit: 5}))
	f.same("large page", reversed(want), f.all(ch, store.DeliveryQuery{Limit: 100}))
}

// states makes a delivery of each state and returns their events.
func (f *fixture) states(ch id.Channel) map[store.DeliveryState]id.Event {
	line := store.Line{Channel: ch, Webhook: hookA}
	events := f.told(ch, 5)
	at0 := func(as store.DeliveryState) {
		d, _ := f.due(ch, hookA, at(1))
		f.settle(d, failed(1), as, at(9_000))
	}
	at0(store.Delivered)
	at0(store.Dead)
	d, _ := f.due(ch, hookA, at(1))
	n, err := f.s.EndDeliveries(f.ctx, line, d.CreatedAt.Add(time.Microsecond), store.Expired, 1)
	f.must(err)
	f.same("expired", 1, n)
	f.must(f.s.Tell(f.ctx, f.record(ch, hookB)))
	n, err = f.s.EndDeliveries(f.ctx, line, d.CreatedAt.Add(90*time.Second), store.Dead, 1)
	f.must(err)
	f.same("given up for its age", 1, n)
	_, _, err = f.s.CancelLine(f.ctx, line, 0, 10)
	f.must(err)
	open := f.told(ch, 1)
	return map[store.DeliveryState]id.Event{
		store.Delivered: events[0], store.Dead: events[1], store.Expired: events[2], "old": events[3],
		store.Cancelled: events[4], store.Open: open[0],
	}
}

func listFiltered(f *fixture) {
	ch := f.channel()
	ev := f.states(ch)
	for state, want := range map[store.DeliveryState][]id.Event{
		store.Delivered: {ev[store.Delivered]}, store.Expired: {ev[store.Expired]}, store.Cancelled: {ev[store.Cancelled]},
		store.Open: {ev[store.Open]}, store.Dead: {ev["old"], ev[store.Dead]},
	} {
		for _, limit := range []int{1, 10} {
			f.same(string(state), want, f.all(ch, store.DeliveryQuery{Webhook: hookA, State: state, Limit: limit}))
		}
		for _, d := range must(f.list(ch, store.DeliveryQuery{Webhook: hookA, State: state, Limit: 10})) {
			f.same("state", state, d.State)
			f.same("ended", state != store.Open, !d.DoneAt.IsZero())
		}
	}
	f.same("of one webhook", 6, len(f.all(ch, store.DeliveryQuery{Webhook: hookA, Limit: 2})))
	f.same("of the other", 1, len(f.all(ch, store.DeliveryQuery{Webhook: hookB, Limit: 2})))
	f.same("open ones of all", 2, len(f.all(ch, store.DeliveryQuery{State: store.Open, Limit: 1})))
	f.same("of none", 0, len(f.all(ch, store.DeliveryQuery{Webhook: "none", Limit: 1})))
}

func must[T, U any](v T, _ U) T { return v }

func readDelivery(f *fixture) {
	ch := f.channel()
	r := f.record(ch, hookA)
	f.must(f.s.Tell(f.ctx, r))
	d, _ := f.due(ch, hookA, at(1))
	f.postpone(d, failed(100), at(110))
	done := store.Attempt{At: at(110), Took: time.Second, Status: 200, Answer: []byte("ok")}
	f.settle(d, done, store.Delivered, time.Time{})
	got, attempts, err := f.s.Delivery(f.ctx, ch, d.ID)
	f.must(err)
	r.Webhooks = nil
	f.same("delivery", store.Delivery{
		ID: d.ID, Line: store.Line{Channel: ch, Webhook: hookA}, Record: r, State: store.Delivered,
		Attempts: 2, CreatedAt: r.At, DoneAt: at(110).Add(time.Second),
	}, got)
	f.same("attempts", []store.Attempt{failed(100), done}, attempts)
}

func deliveryOfOther(f *fixture) {
	ch, other := f.channel(), f.channel()
	f.told(ch, 1)
	d, _ := f.due(ch, hookA, at(1))
	for _, who := range []id.Channel{other, "NONE"} {
		_, _, err := f.s.Delivery(f.ctx, who, d.ID)
		f.kind("Delivery", err, fault.NotFound)
		_, _, _, err = f.s.Replay(f.ctx, who, store.ReplayQuery{IDs: []int64{d.ID}, At: at(1), Target: store.Target{Webhook: hookB, URL: "http://b"}})
		f.kind("Replay", err, fault.NotFound)
	}
	_, _, err := f.s.Delivery(f.ctx, ch, 4711)
	f.kind("Delivery", err, fault.NotFound)
}

func replayNamed(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 3)
	var ids []int64
	for range 3 {
		d, _ := f.due(ch, hookA, at(1))
		ids = append(ids, d.ID)
		f.delivered(d)
	}
	made, lines, next := f.replay(ch, store.ReplayQuery{IDs: []int64{ids[2], ids[0], ids[2]}, At: at(500)})
	f.same("made", 2, made)
	f.same("lines", []store.Line{{Channel: ch, Webhook: hookA}}, lines)
	f.same("next", int64(0), next)
	d, _ := f.due(ch, hookA, at(1))
	f.same("the new one", store.Delivery{
		ID: d.ID, Line: d.Line, Record: d.Record, State: store.Open, CreatedAt: at(500), Replays: ids[0],
	}, d)
	f.same("its time", true, d.Record.At.Before(at(500)))
	old, _, err := f.s.Delivery(f.ctx, ch, ids[0])
	f.must(err)
	f.same("the old one", d.ID, old.ReplayedBy)
	f.same("in their order", []id.Event{events[0], events[2]}, f.drain(ch, hookA))
}

func replayDead(f *fixture) {
	ch := f.channel()
	ev := f.states(ch)
	f.drain(ch, hookA)
	f.drain(ch, hookB)
	q := store.ReplayQuery{State: store.Dead, Limit: 10, At: at(500)}
	made, _, next := f.replay(ch, q)
	f.same("made", 2, made)
	f.same("next", int64(0), next)
	f.same("those", []id.Event{ev[store.Dead], ev["old"]}, f.drain(ch, hookA))
	left, err := f.s.Backlog(f.ctx, store.Line{Channel: ch, Webhook: hookA}, 10)
	f.must(err)
	f.same("left of what was given up", 0, left.Dead)
	made, _, _ = f.replay(ch, q)
	f.same("made again", 0, made)
}

func replayRange(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 7)
	d, _ := f.due(ch, hookA, at(1))
	from := d.CreatedAt.Add(2 * time.Minute) // of the third
	f.drain(ch, hookA)
	q := store.ReplayQuery{From: from, To: from.Add(3 * time.Minute), Limit: 2, At: at(500)}
	total := 0
	for range 10 {
		made, _, next := f.replay(ch, q)
		if total += made; next == 0 {
			break
		}
		q.After = next
	}
	f.same("made", 3, total)
	f.same("those", events[2:5], f.drain(ch, hookA))
	// what was made by replays is not replayed, neither by this one nor by one before
	q = store.ReplayQuery{Limit: 4, At: at(600).Add(time.Nanosecond)}
	for total = 0; total < 100; {
		made, _, next := f.replay(ch, q)
		if total += made; next == 0 {
			break
		}
		q.After = next
	}
	f.same("all", 7, total)
}

func replayElsewhere(f *fixture) {
	ch := f.channel()
	events := f.told(ch, 1)
	d, _ := f.due(ch, hookA, at(1))
	to := store.Target{Webhook: "elsewhere", URL: "https://b.example/?x=1", Mode: "path"}
	made, lines, _ := f.replay(ch, store.ReplayQuery{IDs: []int64{d.ID}, At: at(500), Target: to})
	f.same("made", 1, made)
	f.same("lines", []store.Line{{Channel: ch, Webhook: "elsewhere"}}, lines)
	r, _ := f.due(ch, "elsewhere", at(1))
	f.same("target", to, store.Target{Webhook: r.Line.Webhook, URL: r.URL, Mode: r.Mode})
	// its line exists because of it alone
	n, _, err := f.s.CancelLine(f.ctx, r.Line, 0, 10)
	f.must(err)
	f.same("cancelled", 0, n)
	f.delivered(r)
	// the same again goes to the same place
	f.replay(ch, store.ReplayQuery{IDs: []int64{r.ID}, At: at(501)})
	r, _ = f.due(ch, "elsewhere", at(1))
	f.same("target again", to, store.Target{Webhook: r.Line.Webhook, URL: r.URL, Mode: r.Mode})
	f.same("left of A", events, f.drain(ch, hookA))
}

func replayOpen(f *fixture) {
	ch := f.channel()
	f.told(ch, 2)
	d, _ := f.due(ch, hookA, at(1))
	f.delivered(d)
	open, _ := f.due(ch, hookA, at(1))
	_, _, _, err := f.s.Replay(f.ctx, ch, store.ReplayQuery{IDs: []int64{d.ID, open.ID}, At: at(500)})
	f.kind("Replay", err, fault.Conflict)
	made, _, _ := f.replay(ch, store.ReplayQuery{Limit: 10, At: at(500)})
	f.same("made of all", 1, made)
	f.same("left", 2, len(f.drain(ch, hookA)))
}

func replayNothing(f *fixture) {
	ch := f.channel()
	f.told(ch, 1)
	f.drain(ch, hookA)
	list, _ := f.list(ch, store.DeliveryQuery{Limit: 1})
	_, _, _, err := f.s.Replay(f.ctx, ch, store.ReplayQuery{IDs: []int64{list[0].ID, 4711}, At: at(500)})
	f.kind("Replay", err, fault.NotFound)
	made, _, next := f.replay(ch, store.ReplayQuery{Webhook: "none", Limit: 10, At: at(500)})
	f.same("made", 0, made)
	f.same("next", int64(0), next)
	f.same("left", []id.Event{}, f.drain(ch, hookA))
}

func readEvents(f *fixture) {
	ch := f.channel()
	var want []store.Record
	for range 3 {
		r := f.record(ch) // nobody listens
		f.must(f.s.Tell(f.ctx, r))
		want = append(want, r)
		f.told(f.channel(), 1)
	}
	var got []store.Record
	var after int64
	for range 10 {
		list, missed, err := f.s.Events(f.ctx, ch, after, 2)
		f.must(err)
		f.same("missed", false, missed)
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			if e.Seq <= after {
				f.Errorf("event %d after %d", e.Seq, after)
			}
			got, after = append(got, e.Record), e.Seq
		}
	}
	f.same("events", want, got)
	r := f.record(ch, hookA)
	f.must(f.s.Tell(f.ctx, r))
	list, _, err := f.s.Events(f.ctx, ch, after, 10)
	f.must(err)
	f.same("later ones", 1, len(list))
	list, _, err = f.s.Events(f.ctx, "NONE", 0, 10)
	f.must(err)
	f.same("of no channel", 0, len(list))
}

func sweepDeliveries(f *fixture) {
	ch := f.channel()
	f.told(ch, 5)
	first, _ := f.due(ch, hookA, at(1))
	f.postpone(first, failed(1), at(9_000)) // stays open
	for range 4 {
		d, _ := f.due(ch, hookA, at(1))
		f.delivered(d)
	}
	list, _ := f.list(ch, store.DeliveryQuery{Limit: 10})
	before := list[0].CreatedAt // the youngest stays
	var after int64
	swept := 0
	for range 10 {
		n, last, err := f.s.SweepDeliveries(f.ctx, before, after, 2)
		f.must(err)
		if n > 2 {
			f.Errorf("%d swept at once", n)
		}
		swept += n
		if after = last; last == 0 {
			break
		}
	}
	f.same("swept", 3, swept)
	left, _ := f.list(ch, store.DeliveryQuery{Limit: 10})
	f.same("left", []int64{list[0].ID, first.ID}, []int64{left[0].ID, left[1].ID})
	_, _, err := f.s.Delivery(f.ctx, ch, list[1].ID)
	f.kind("Delivery", err, fault.NotFound)
}

func sweepEvents(f *fixture) {
	ch := f.channel()
	needed := f.told(ch, 1)
	for range 3 {
		f.must(f.s.Tell(f.ctx, f.record(ch)))
	}
	list, missed, err := f.s.Events(f.ctx, ch, 0, 10)
	f.must(err)
	f.same("missed", false, missed)
	var after int64
	swept := 0
	for range 10 {
		n, last, err := f.s.SweepEvents(f.ctx, list[3].Record.At, after, 1)
		f.must(err)
		swept += n
		if after = last; last == 0 {
			break
		}
	}
	f.same("swept", 2, swept)
	for _, c := range []struct {
		after  int64
		missed bool
		left   int
	}{{0, true, 2}, {list[0].Seq, true, 1}, {list[1].Seq, true, 1}, {list[2].Seq, false, 1}, {list[3].Seq, false, 0}} {
		left, missed, err := f.s.Events(f.ctx, ch, c.after, 10)
		f.must(err)
		f.same("missed", c.missed, missed)
		f.same("left", c.left, len(left))
	}
	f.same("the one with a delivery", needed, f.drain(ch, hookA))
}
