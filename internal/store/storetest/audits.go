package storetest

import (
	"tapgate/internal/fault"
	"tapgate/internal/store"
)

func audits() []testCase {
	return []testCase{
		{"what was done is told, newest first", auditLog},
		{"the record outlives its channel", auditOfRemoved},
	}
}

func auditLog(f *fixture) {
	ch := f.channel()
	first := store.Audit{At: at(1), Action: "token.add", Outcome: store.AuditDone}
	second := store.Audit{At: at(2), Token: "tok_1", Action: "settings.change", Channel: ch}
	third := store.Audit{At: at(3), Token: "tok_2", Action: "channel.add"}
	for _, a := range []*store.Audit{&first, &second, &third} {
		seq, err := f.s.BeginAudit(f.ctx, *a)
		f.must(err)
		f.same("later", true, seq > 0)
		a.Seq = seq
	}
	log := func(q store.AuditQuery) []store.Audit {
		list, err := f.s.AuditLog(f.ctx, q)
		f.must(err)
		return list
	}
	f.same("all", []store.Audit{third, second, first}, log(store.AuditQuery{Limit: 10}))
	f.same("the first page", []store.Audit{third, second}, log(store.AuditQuery{Limit: 2}))
	f.same("the second page", []store.Audit{first}, log(store.AuditQuery{Limit: 2, Before: second.Seq}))
	f.same("of the channel", []store.Audit{second}, log(store.AuditQuery{Limit: 10, Channel: ch}))

	end := store.Audit{Outcome: store.AuditDone, Target: "x", Changes: []store.AuditChange{{Field: "webhooks"}, {Field: "offline_mode", Before: "false", After: "true"}}}
	f.must(f.s.EndAudit(f.ctx, second.Seq, end))
	second.Outcome, second.Target, second.Changes = end.Outcome, end.Target, end.Changes
	f.must(f.s.EndAudit(f.ctx, third.Seq, store.Audit{Outcome: store.AuditFailed, Channel: ch}))
	third.Outcome, third.Channel = store.AuditFailed, ch
	f.same("with their ends", []store.Audit{third, second}, log(store.AuditQuery{Limit: 10, Channel: ch}))
	f.kind("the end of nothing", f.s.EndAudit(f.ctx, third.Seq+1, end), fault.NotFound)
}

func auditOfRemoved(f *fixture) {
	ch := f.channel()
	_, err := f.s.BeginAudit(f.ctx, store.Audit{At: at(1), Action: "channel.remove", Channel: ch, Outcome: store.AuditDone})
	f.must(err)
	f.must(f.s.RemoveChannel(f.ctx, ch))
	for more := true; more; {
		more, err = f.s.PurgeRemoved(f.ctx, 100)
		f.must(err)
	}
	list, err := f.s.AuditLog(f.ctx, store.AuditQuery{Channel: ch, Limit: 10})
	f.must(err)
	f.same("records", 1, len(list))
}
