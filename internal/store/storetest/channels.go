package storetest

import (
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

func channels() []testCase {
	return []testCase{
		{"a channel comes back as it was added", channelComesBack},
		{"channels are listed in the order of their creation", channelsInOrder},
		{"a taken id or token is a conflict and leaves nothing behind", channelConflicts},
		{"the identity is set and removed", identity},
		{"settings are replaced", settings},
		{"what does not exist is not found", channelNotFound},
		{"a removed channel is gone at once, and its rows bit by bit", channelRemoved},
	}
}

func channelComesBack(f *fixture) {
	want := channel.Channel{
		ID: "MANTIS-M72HC", Name: "shop \x00 'x' \"y\"", Number: "919984351847", PushName: "Shop 🛒", Device: "919984351847:3@s.whatsapp.net",
		CreatedAt: at(1).In(time.FixedZone("IST", 19800)),
		Settings: channel.Settings{
			BackoffDelay: 5 * time.Second, MaxBackoffDelay: 20 * time.Minute,
			Webhooks: []channel.Webhook{{
				URL: "https://a.example/hook?x=1", Mode: channel.ModeMethod,
				Events:  []channel.EventFilter{{Type: "messages", Method: "post"}, {Type: "statuses"}},
				Headers: map[string]string{"X-Key": "k"}, Extra: map[string][]byte{"active": []byte("true")},
			}},
			Extra: map[string][]byte{"offline_mode": []byte(`{ "a" : [1, 2] }`)},
		},
	}
	f.must(f.s.AddChannel(f.ctx, want, token(1)))
	got, err := f.s.Channel(f.ctx, want.ID)
	f.must(err)
	want.CreatedAt = at(1)
	f.same("channel", want, got)
	if got.CreatedAt.Location() != time.UTC {
		f.Errorf("time in %v, want UTC", got.CreatedAt.Location())
	}
}

func channelsInOrder(f *fixture) {
	var want []id.Channel
	for i, name := range []id.Channel{"ZEBRA-1", "APE-2", "MANTIS-3"} {
		// created at the same moment, and named against the alphabet
		f.must(f.s.AddChannel(f.ctx, channel.Channel{ID: name, CreatedAt: at(0), Settings: channel.DefaultSettings()}, token(i)))
		want = append(want, name)
	}
	list, err := f.s.Channels(f.ctx)
	f.must(err)
	var got []id.Channel
	for _, c := range list {
		got = append(got, c.ID)
	}
	f.same("order", want, got)
}

func channelConflicts(f *fixture) {
	taken := f.channel() // with token 1
	c := channel.Channel{ID: taken, Name: "another", CreatedAt: at(9), Settings: channel.DefaultSettings()}
	f.kind("AddChannel with a taken id", f.s.AddChannel(f.ctx, c, token(2)), fault.Conflict)
	_, err := f.s.Token(f.ctx, token(2))
	f.kind("the token of the refused channel", err, fault.NotFound)

	c.ID = "HERON-OTHER"
	f.kind("AddChannel with a taken token", f.s.AddChannel(f.ctx, c, token(1)), fault.Conflict)
	_, err = f.s.Channel(f.ctx, c.ID)
	f.kind("the channel with the refused token", err, fault.NotFound)

	got, err := f.s.Channel(f.ctx, taken)
	f.must(err)
	f.same("name of the first", "test", got.Name)
}

func identity(f *fixture) {
	a, b := f.channel(), f.channel()
	f.must(f.s.SetIdentity(f.ctx, a, "919984351847", "device-1", "Shop", ""))
	got, err := f.s.Channel(f.ctx, a)
	f.must(err)
	f.same("identity", []string{"919984351847", "device-1", "Shop"}, []string{string(got.Number), got.Device, got.PushName})
	other, err := f.s.Channel(f.ctx, b)
	f.must(err)
	f.same("the other channel is paired", false, other.Paired())

	f.must(f.s.SetIdentity(f.ctx, a, "", "", "", "login_401"))
	got, err = f.s.Channel(f.ctx, a)
	f.must(err)
	f.same("what ended the pairing", "login_401", got.Ended)
	f.same("identity after removal", []string{"", "", ""}, []string{string(got.Number), got.Device, got.PushName})
}

func settings(f *fixture) {
	a, b := f.channel(), f.channel()
	want := channel.Settings{BackoffDelay: 4 * time.Second, MaxBackoffDelay: time.Hour, Webhooks: []channel.Webhook{{URL: "https://a.example"}}}
	f.must(f.s.SetSettings(f.ctx, a, want))
	for ch, want := range map[id.Channel]channel.Settings{a: want, b: channel.DefaultSettings()} {
		got, err := f.s.Channel(f.ctx, ch)
		f.must(err)
		f.same("settings of "+string(ch), want, got.Settings)
	}
}

func channelNotFound(f *fixture) {
	_, err := f.s.Channel(f.ctx, "NONE")
	f.kind("Channel", err, fault.NotFound)
	f.kind("RemoveChannel", f.s.RemoveChannel(f.ctx, "NONE"), fault.NotFound)
	f.kind("SetIdentity", f.s.SetIdentity(f.ctx, "NONE", "1", "d", "p", ""), fault.NotFound)
	f.kind("SetSettings", f.s.SetSettings(f.ctx, "NONE", channel.DefaultSettings()), fault.NotFound)
	list, err := f.s.Channels(f.ctx)
	f.must(err)
	f.same("number of channels", 0, len(list))
}

func channelRemoved(f *fixture) {
	check := f.fill()
	gone := f.channel()
	o := f.accept(gone)
	f.finish(gone, o, message.Sent)
	f.accept(gone)
	f.must(f.s.Postpone(f.ctx, gone, o.Seq+1, at(90), unknown("no connection")))
	_, err := f.s.Receive(f.ctx, gone, f.incoming(), f.record(gone, hookA))
	f.must(err)
	_, err = f.s.ReceiveLater(f.ctx, gone, f.incoming())
	f.must(err)
	d, _ := f.due(gone, hookA, at(1_000))
	f.postpone(d, failed(70), at(95))
	f.webhook(gone, hookA, "secret")

	f.must(f.s.RemoveChannel(f.ctx, gone))
	_, err = f.s.Channel(f.ctx, gone)
	f.kind("the removed channel", err, fault.NotFound)
	f.kind("its settings", f.s.SetSettings(f.ctx, gone, channel.DefaultSettings()), fault.NotFound)
	f.kind("its identity", f.s.SetIdentity(f.ctx, gone, "1", "d", "p", ""), fault.NotFound)
	f.kind("a token of it", f.s.AddToken(f.ctx, channel.Token{ID: "t", Channel: gone}, token(500)), fault.NotFound)
	f.kind("removing it again", f.s.RemoveChannel(f.ctx, gone), fault.NotFound)
	for _, l := range f.lines() {
		if l.Channel == gone {
			f.Errorf("the removed channel has still the line %+v", l)
		}
	}
	calls := 0
	for more := true; more; calls++ {
		more, err = f.s.PurgeRemoved(f.ctx, 2)
		f.must(err)
	}
	if calls < 5 {
		f.Errorf("purged in %d calls of at most 2 rows", calls)
	}
	_, err = f.s.Message(f.ctx, gone, o.Message)
	f.kind("a message of it", err, fault.NotFound)
	_, err = f.s.Sent(f.ctx, gone, o.Message.Stanza)
	f.kind("a row of it", err, fault.NotFound)
	c := channel.Channel{ID: gone, CreatedAt: at(1), Settings: channel.DefaultSettings()}
	f.must(f.s.AddChannel(f.ctx, c, token(501))) // nothing stands in the way of another of that name
	check(f)
}
