package storetest

import (
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

func events() []testCase {
	return []testCase{
		{"an event is told to the webhooks it names, each once", tellNamed},
		{"an event that nobody hears of is kept", tellNobody},
		{"the same event is told once", tellTwice},
		{"the zero record tells nothing", tellZero},
		{"an event of no channel is not found", tellNotFound},
	}
}

func (f *fixture) lines() []store.Line {
	f.Helper()
	lines, err := f.s.OpenLines(f.ctx)
	f.must(err)
	return lines
}

func tellNamed(f *fixture) {
	ch, other := f.channel(), f.channel()
	both, one := f.record(ch, hookA, hookB, hookA), f.record(ch, hookB)
	f.must(f.s.Tell(f.ctx, both))
	f.must(f.s.Tell(f.ctx, one))
	f.same("told to A", []id.Event{both.Event}, f.drain(ch, hookA))
	f.same("told to B", []id.Event{both.Event, one.Event}, f.drain(ch, hookB))
	f.same("told to A of another channel", []id.Event{}, f.drain(other, hookA))
}

func tellNobody(f *fixture) {
	ch := f.channel()
	r := f.record(ch)
	f.must(f.s.Tell(f.ctx, r))
	f.same("open lines", 0, len(f.lines()))
	// it is there: its id is taken
	r.Webhooks = []string{hookA}
	f.must(f.s.Tell(f.ctx, r))
	f.same("open lines", 0, len(f.lines()))
}

func tellTwice(f *fixture) {
	ch := f.channel()
	r := f.record(ch, hookA)
	f.must(f.s.Tell(f.ctx, r))
	f.must(f.s.Tell(f.ctx, r))
	f.same("told", []id.Event{r.Event}, f.drain(ch, hookA))
	f.must(f.s.Tell(f.ctx, r))
	f.same("told after the delivery", []id.Event{}, f.drain(ch, hookA))
}

func tellZero(f *fixture) {
	f.must(f.s.Tell(f.ctx, store.Record{}))
	f.same("open lines", 0, len(f.lines()))
}

func tellNotFound(f *fixture) {
	f.kind("Tell", f.s.Tell(f.ctx, f.record("NONE", hookA)), fault.NotFound)
	f.same("open lines", 0, len(f.lines()))
}
