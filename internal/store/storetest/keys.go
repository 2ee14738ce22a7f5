package storetest

import (
	"sync"

	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func keys() []testCase {
	return []testCase{
		{"a key leads to what was accepted under it", keyIsKnown},
		{"a known key accepts nothing, whatever was asked for", keyTwice},
		{"a key belongs to its channel", keyOfChannel},
		{"of many requests at the same time one is accepted", keyTogether},
		{"a refused accept keeps no key", keyOfConflict},
	}
}

func keyIsKnown(f *fixture) {
	ch := f.channel()
	_, err := f.s.Keyed(f.ctx, ch, "order-1")
	f.kind("Keyed of an unknown key", err, fault.NotFound)
	o, m := f.outgoing(ch)
	seq, earlier, err := f.s.AcceptOnce(f.ctx, o, m, store.Key{Name: "order-1", Request: [32]byte{1}})
	f.must(err)
	if earlier != nil {
		f.Errorf("a new key led to %+v", *earlier)
	}
	o.Seq = seq
	f.same("head", o, f.head(ch))
	got, err := f.s.Keyed(f.ctx, ch, "order-1")
	f.must(err)
	f.same("known", store.Keyed{Request: [32]byte{1}, Message: m.ID}, got)
}

func keyTwice(f *fixture) {
	ch := f.channel()
	first, m := f.outgoing(ch)
	_, _, err := f.s.AcceptOnce(f.ctx, first, m, store.Key{Name: "k", Request: [32]byte{1}})
	f.must(err)
	for _, request := range [][32]byte{{1}, {2}} {
		o, again := f.outgoing(ch)
		seq, earlier, err := f.s.AcceptOnce(f.ctx, o, again, store.Key{Name: "k", Request: request})
		f.must(err)
		if seq != 0 || earlier == nil {
			f.Fatalf("place %d, earlier %v; want none and the first", seq, earlier)
		}
		f.same("earlier", store.Keyed{Request: [32]byte{1}, Message: m.ID}, *earlier)
		_, err = f.s.Message(f.ctx, ch, again.ID)
		f.kind("the second message", err, fault.NotFound)
	}
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 1, n)
}

func keyOfChannel(f *fixture) {
	for range 2 {
		o, m := f.outgoing(f.channel())
		_, earlier, err := f.s.AcceptOnce(f.ctx, o, m, store.Key{Name: "k"})
		f.must(err)
		if earlier != nil {
			f.Error("a channel knows the key of another")
		}
	}
}

func keyTogether(f *fixture) {
	ch := f.channel()
	const callers = 8
	var rows [callers]store.Outbound
	var msgs [callers]message.Message
	for i := range callers {
		rows[i], msgs[i] = f.outgoing(ch)
	}
	var seqs [callers]int64
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			var err error
			if seqs[i], _, err = f.s.AcceptOnce(f.ctx, rows[i], msgs[i], store.Key{Name: "k"}); err != nil {
				f.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := f.s.Keyed(f.ctx, ch, "k")
	f.must(err)
	for i, seq := range seqs {
		if won := seq != 0; won != (got.Message == msgs[i].ID) {
			f.Errorf("caller %d got place %d, but %s is the message of the key", i, seq, got.Message)
		}
	}
	n, err := f.s.Waiting(f.ctx, ch)
	f.must(err)
	f.same("waiting", 1, n)
}

func keyOfConflict(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	_, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	_, _, err = f.s.AcceptOnce(f.ctx, o, m, store.Key{Name: "k"})
	f.kind("AcceptOnce of a known message", err, fault.Conflict)
	_, err = f.s.Keyed(f.ctx, ch, "k")
	f.kind("its key", err, fault.NotFound)
}
