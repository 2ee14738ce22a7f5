package storetest

import (
	"sync"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func closing() []testCase {
	return []testCase{
		{"a closed store says so", closedSaysSo},
		{"closing twice is fine, also at the same time", closeTwice},
		{"what was asked for before is finished", closeFinishes},
	}
}

func closedSaysSo(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	line := store.Line{Channel: ch, Webhook: hookA}
	f.must(f.s.Close())
	for name, call := range map[string]func() error{
		"AddChannel":    func() error { return f.s.AddChannel(f.ctx, channel.Channel{ID: "LATE"}, token(99)) },
		"AddToken":      func() error { return f.s.AddToken(f.ctx, channel.Token{ID: "t", Channel: ch}, token(98)) },
		"ReplaceToken":  func() error { return f.s.ReplaceToken(f.ctx, "t", at(1), channel.Token{ID: "u"}, token(97)) },
		"RemoveToken":   func() error { return f.s.RemoveToken(f.ctx, ch, "t") },
		"Tokens":        func() error { _, err := f.s.Tokens(f.ctx, ch); return err },
		"RemoveChannel": func() error { return f.s.RemoveChannel(f.ctx, ch) },
		"PurgeRemoved":  func() error { _, err := f.s.PurgeRemoved(f.ctx, 1); return err },
		"Channel":       func() error { _, err := f.s.Channel(f.ctx, ch); return err },
		"Token":         func() error { _, err := f.s.Token(f.ctx, token(1)); return err },
		"Channels":      func() error { _, err := f.s.Channels(f.ctx); return err },
		"SetIdentity":   func() error { return f.s.SetIdentity(f.ctx, ch, "1", "2", "3", "") },
		"SetSettings":   func() error { return f.s.SetSettings(f.ctx, ch, channel.DefaultSettings()) },
		"Accept":        func() error { _, err := f.s.Accept(f.ctx, o, m); return err },
		"NextOutbound":  func() error { _, _, err := f.s.NextOutbound(f.ctx, ch, 0); return err },
		"Keyed":         func() error { _, err := f.s.Keyed(f.ctx, ch, "k"); return err },
		"Timeline":      func() error { _, err := f.s.Timeline(f.ctx, ch, m.ID); return err },
		"Sweep":         func() error { _, err := f.s.Sweep(f.ctx, at(1), 1); return err },
		"Postpone":      func() error { return f.s.Postpone(f.ctx, ch, 1, at(1), store.Try{}) },
		"Finish": func() error {
			return f.s.Finish(f.ctx, ch, store.Ending{Seq: 1, Outcome: store.Outcome{Status: message.Sent, At: at(1)}})
		},
		"Refill":  func() error { return f.s.Refill(f.ctx, ch, 1, nil) },
		"Sent":    func() error { _, err := f.s.Sent(f.ctx, ch, "3EB0"); return err },
		"Depth":   func() error { _, err := f.s.Depth(f.ctx); return err },
		"Waiting": func() error { _, err := f.s.Waiting(f.ctx, ch); return err },
		"Message": func() error { _, err := f.s.Message(f.ctx, ch, m.ID); return err },
		"Receive": func() error { _, err := f.s.Receive(f.ctx, ch, f.incoming(), store.Record{}); return err },
		"Advance": func() error {
			_, err := f.s.Advance(f.ctx, ch, event.StatusChanged{Message: m.ID, Status: message.Read, At: at(1)}, store.Record{})
			return err
		},
		"ReceiveChange": func() error {
			_, err := f.s.ReceiveChange(f.ctx, ch, f.change(m.ID, message.Revoked, nil), store.Record{}, store.Altered{})
			return err
		},
		"Changes":          func() error { _, err := f.s.Changes(f.ctx, ch, m.ID); return err },
		"SweepMessages":    func() error { _, _, err := f.s.SweepMessages(f.ctx, at(1), 0, 1); return err },
		"BeginAudit":       func() error { _, err := f.s.BeginAudit(f.ctx, store.Audit{}); return err },
		"EndAudit":         func() error { return f.s.EndAudit(f.ctx, 1, store.Audit{}) },
		"AuditLog":         func() error { _, err := f.s.AuditLog(f.ctx, store.AuditQuery{Limit: 1}); return err },
		"Failure":          func() error { _, _, err := f.s.Failure(f.ctx, ch, m.ID); return err },
		"Tell":             func() error { return f.s.Tell(f.ctx, f.record(ch, hookA)) },
		"OpenLines":        func() error { _, err := f.s.OpenLines(f.ctx); return err },
		"FreshDeliveries":  func() error { _, err := f.s.FreshDeliveries(f.ctx, line, 0, 1); return err },
		"Postponed":        func() error { _, err := f.s.PostponedDeliveries(f.ctx, line, 1); return err },
		"EventBody":        func() error { _, err := f.s.EventBody(f.ctx, "evt_1"); return err },
		"Settle":           func() error { return f.s.Settle(f.ctx, nil, nil) },
		"HurryDeliveries":  func() error { _, err := f.s.HurryDeliveries(f.ctx, line, at(1), 1); return err },
		"EndDeliveries":    func() error { _, err := f.s.EndDeliveries(f.ctx, line, at(1), store.Dead, 1); return err },
		"Deliveries":       func() error { _, _, err := f.s.Deliveries(f.ctx, ch, store.DeliveryQuery{Limit: 1}); return err },
		"Delivery":         func() error { _, _, err := f.s.Delivery(f.ctx, ch, 1); return err },
		"Replay":           func() error { _, _, _, err := f.s.Replay(f.ctx, ch, store.ReplayQuery{Limit: 1}); return err },
		"Events":           func() error { _, _, err := f.s.Events(f.ctx, ch, 0, 1); return err },
		"SweepDeliveries":  func() error { _, _, err := f.s.SweepDeliveries(f.ctx, at(1), 0, 1); return err },
		"SweepEvents":      func() error { _, _, err := f.s.SweepEvents(f.ctx, at(1), 0, 1); return err },
		"Webhook":          func() error { _, err := f.s.Webhook(f.ctx, line, "s"); return err },
		"SetSecret":        func() error { _, err := f.s.SetSecret(f.ctx, line, "s", at(1)); return err },
		"Backlog":          func() error { _, err := f.s.Backlog(f.ctx, line, 1); return err },
		"CancelLine":       func() error { _, _, err := f.s.CancelLine(f.ctx, line, 0, 10); return err },
		"ReceiveLater":     func() error { _, err := f.s.ReceiveLater(f.ctx, ch, f.incoming()); return err },
		"NextDownload":     func() error { _, _, err := f.s.NextDownload(f.ctx, ch); return err },
		"PostponeDownload": func() error { return f.s.PostponeDownload(f.ctx, ch, m.ID, at(1)) },
		"EndDownload":      func() error { _, err := f.s.EndDownload(f.ctx, ch, m, store.Record{}); return err },
		"AddFile":          func() error { return f.s.AddFile(f.ctx, f.file(ch, "x")) },
		"File":             func() error { _, err := f.s.File(f.ctx, ch, "mp4-00-00"); return err },
		"Files":            func() error { _, _, err := f.s.Files(f.ctx, ch, store.FileQuery{Count: 1}); return err },
		"DeleteFile":       func() error { return f.s.DeleteFile(f.ctx, ch, "mp4-00-00") },
		"SweepFiles":       func() error { _, err := f.s.SweepFiles(f.ctx, at(1), 1); return err },
		"FileCount":        func() error { _, err := f.s.FileCount(f.ctx, [32]byte{}); return err },
	} {
		f.kind(name, call(), fault.Unavailable)
	}
}

func closeTwice(f *fixture) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := f.s.Close(); err != nil {
				f.Error(err)
			}
		})
	}
	wg.Wait()
}

// Callers that write and read while the store closes get a result or are told that it is closed;
// none waits for ever, which the test's own deadline would show.
func closeFinishes(f *fixture) {
	ch := f.channel()
	accepted := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for range 8 {
		rows, msgs := make([]store.Outbound, 200), make([]message.Message, 200)
		for i := range rows {
			rows[i], msgs[i] = f.outgoing(ch)
		}
		wg.Go(func() {
			for i := range rows {
				_, err := f.s.Accept(f.ctx, rows[i], msgs[i])
				if err == nil {
					_, _, err = f.s.NextOutbound(f.ctx, ch, 0)
				}
				if err != nil {
					if !fault.Is(err, fault.Unavailable) {
						f.Errorf("error %v, want a result or a fault of kind %s", err, fault.Unavailable)
					}
					return
				}
				select {
				case accepted <- struct{}{}:
				default:
				}
			}
		})
	}
	<-accepted
	if err := f.s.Close(); err != nil {
		f.Error(err)
	}
	wg.Wait()
}
