package storetest

import (
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func depths() []testCase {
	return []testCase{
		{"what waits is counted, over all channels", depthCounts},
	}
}

func depthCounts(f *fixture) {
	depth := func() store.Depth {
		f.Helper()
		d, err := f.s.Depth(f.ctx)
		f.must(err)
		return d
	}
	f.same("empty", store.Depth{}, depth())

	one, two := f.channel(), f.channel()
	first, second := f.accept(one), f.accept(two)
	tell := f.record(one, hookA, hookB)
	f.must(f.s.Tell(f.ctx, tell))
	m := f.receiveLater(two)
	got := depth()
	d, _ := f.due(one, hookA, at(1_000_000))
	f.same("all wait", store.Depth{
		Outbound: 2, OldestOutbound: first.AcceptedAt, Deliveries: 2, OldestDelivery: d.CreatedAt, Downloads: 1,
	}, got)

	f.must(f.s.Finish(f.ctx, one, store.Ending{Seq: first.Seq, Outcome: store.Outcome{Status: message.Sent, At: at(50)}}))
	f.drain(one, hookA)
	_, err := f.s.EndDownload(f.ctx, two, m, store.Record{})
	f.must(err)
	f.same("some are done", store.Depth{
		Outbound: 1, OldestOutbound: second.AcceptedAt, Deliveries: 1, OldestDelivery: d.CreatedAt,
	}, depth())
}
