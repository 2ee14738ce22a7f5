package storetest

import (
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

func webhooks() []testCase {
	return []testCase{
		{"a webhook keeps the secret it was made with", webhookSecret},
		{"a new secret leaves the old one valid for a while", webhookRotation},
		{"how a webhook fares is kept beside its secret", webhookFares},
		{"a webhook of no channel is not found", webhookNotFound},
		{"a backlog is counted to a limit", webhookBacklog},
	}
}

func (f *fixture) webhook(ch id.Channel, key, secret string) store.Webhook {
	f.Helper()
	w, err := f.s.Webhook(f.ctx, store.Line{Channel: ch, Webhook: key}, secret)
	f.must(err)
	return w
}

func webhookSecret(f *fixture) {
	ch, other := f.channel(), f.channel()
	want := store.Webhook{Line: store.Line{Channel: ch, Webhook: hookA}, Secret: "one"}
	f.same("made", want, f.webhook(ch, hookA, "one"))
	f.same("known", want, f.webhook(ch, hookA, "two"))
	f.same("secret of the other webhook", "three", f.webhook(ch, hookB, "three").Secret)
	f.same("secret on the other channel", "four", f.webhook(other, hookA, "four").Secret)
}

func webhookRotation(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	f.webhook(ch, hookA, "one")
	want := store.Webhook{Line: line, Secret: "two", OldSecret: "one", OldUntil: at(5)}
	w, err := f.s.SetSecret(f.ctx, line, "two", at(5))
	f.must(err)
	f.same("answered", want, w)
	f.same("kept", want, f.webhook(ch, hookA, "three"))
	_, err = f.s.SetSecret(f.ctx, store.Line{Channel: ch, Webhook: hookB}, "x", at(5))
	f.kind("SetSecret", err, fault.NotFound)
}

func webhookFares(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	f.webhook(ch, hookA, "one")
	want := store.Webhook{
		Line: line, Failures: 12, FailingSince: at(1), OpenedAt: at(2), ProbeAt: at(3), LastSuccess: at(0),
	}
	f.must(f.s.Settle(f.ctx, nil, []store.Webhook{want}))
	want.Secret = "one"
	f.same("kept", want, f.webhook(ch, hookA, "x"))
	_, err := f.s.SetSecret(f.ctx, line, "two", at(9))
	f.must(err)
	f.must(f.s.Settle(f.ctx, nil, []store.Webhook{{Line: line, LastSuccess: at(4)}}))
	f.same("kept later", store.Webhook{Line: line, Secret: "two", OldSecret: "one", OldUntil: at(9), LastSuccess: at(4)}, f.webhook(ch, hookA, "x"))
}

func webhookNotFound(f *fixture) {
	_, err := f.s.Webhook(f.ctx, store.Line{Channel: "NONE", Webhook: hookA}, "s")
	f.kind("Webhook", err, fault.NotFound)
}

func webhookBacklog(f *fixture) {
	ch := f.channel()
	line := store.Line{Channel: ch, Webhook: hookA}
	count := func(limit int) store.Backlog {
		b, err := f.s.Backlog(f.ctx, line, limit)
		f.must(err)
		return b
	}
	f.same("nothing", store.Backlog{}, count(10))
	f.told(ch, 5)
	for range 2 {
		d, _ := f.due(ch, hookA, at(1))
		f.settle(d, failed(1), store.Dead, time.Time{})
	}
	d, _ := f.due(ch, hookA, at(1))
	f.postpone(d, failed(1), at(900)) // the oldest all the same
	f.same("all", store.Backlog{Open: 3, Dead: 2, Oldest: d.CreatedAt}, count(10))
	f.same("to a limit", store.Backlog{Open: 1, Dead: 1, Oldest: d.CreatedAt}, count(1))
}
