package storetest

import (
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func messages() []testCase {
	return []testCase{
		{"every content comes back as it was received", contentsComeBack},
		{"a message is received once", receivedOnce},
		{"the same id in another channel is another message", messagesOfChannels},
		{"our own message that comes back is known", ownMessageIsKnown},
		{"an id that holds only a digest finds its message", digestFinds},
		{"a change is stored with what became of its target", changeAlters},
		{"a change of what is not known waits for it", changeOfUnknown},
		{"a change is received once", changeOnce},
		{"what does not exist is not found", messageNotFound},
	}
}

func contentsComeBack(f *fixture) {
	ch := f.channel()
	for _, c := range []message.Content{
		message.Text{Body: "nul \x00, <&>, 'quotes\" and 👩‍👩‍👧"},
		message.Interactive{Header: "h", Body: "b", Footer: "f", Action: message.Buttons{
			{Kind: message.QuickReply, Title: "Yes", ID: "y"},
			{Kind: message.URL, Title: "Go", ID: "g", URL: "https://a.example", MerchantURL: "https://b.example"},
			{Kind: message.Call, Title: "Call", PhoneNumber: "+61371989950"},
			{Kind: message.Copy, Title: "Copy", CopyCode: "CODE"},
		}},
		message.Interactive{Body: "b", Action: message.List{Label: "open", Sections: []message.Section{
			{Title: "s", Rows: []message.Row{{ID: "r1", Title: "t", Description: "d"}, {ID: "r2"}}}, {Rows: []message.Row{{ID: "r3"}}},
		}}},
		message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "t", Description: "d"},
		message.Unknown{What: "orderMessage"},
		message.Text{Body: strings.Repeat("long ", 13_000)},
	} {
		m := f.incoming()
		m.Content = c
		m.Context = &message.Context{QuotedID: id.Message{Stanza: "3EB0AABBCC", Chat: m.ID.Chat, FromMe: true}, QuotedAuthor: "919984351847", Quoted: c}
		fresh, err := f.s.Receive(f.ctx, ch, m, store.Record{})
		f.must(err)
		f.same("fresh", true, fresh)
		f.same("message", m, f.message(ch, m.ID))
	}
}

func receivedOnce(f *fixture) {
	ch := f.channel()
	m, tell := f.incoming(), f.record(ch, hookA)
	fresh, err := f.s.Receive(f.ctx, ch, m, tell)
	f.must(err)
	f.same("fresh at first", true, fresh)

	again := m
	again.Content = message.Text{Body: "another"}
	fresh, err = f.s.Receive(f.ctx, ch, again, f.record(ch, hookA))
	f.must(err)
	f.same("fresh again", false, fresh)
	f.same("message", m, f.message(ch, m.ID))
	f.same("told", []id.Event{tell.Event}, f.drain(ch, hookA))
}

func messagesOfChannels(f *fixture) {
	a, b := f.channel(), f.channel()
	m := f.incoming()
	for _, ch := range []id.Channel{a, b} {
		fresh, err := f.s.Receive(f.ctx, ch, m, f.record(ch, hookA))
		f.must(err)
		f.same("fresh", true, fresh)
		f.same("told", 1, len(f.drain(ch, hookA)))
	}
}

func ownMessageIsKnown(f *fixture) {
	ch := f.channel()
	o, m := f.outgoing(ch)
	_, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	fresh, err := f.s.Receive(f.ctx, ch, m, f.record(ch, hookA))
	f.must(err)
	f.same("fresh", false, fresh)
	f.same("told", 0, len(f.drain(ch, hookA)))
}

func digestFinds(f *fixture) {
	ch := f.channel()
	m := f.incoming()
	m.ID.Stanza = "a-stanza-id-that-is-too-long-for-the-text-form"
	_, err := f.s.Receive(f.ctx, ch, m, store.Record{})
	f.must(err)
	parsed, err := id.ParseMessage(m.ID.String())
	f.must(err)
	f.same("stanza id of the parsed id", "", parsed.Stanza)
	f.same("message, with its whole id", m, f.message(ch, parsed))
}

func messageNotFound(f *fixture) {
	ch, other := f.channel(), f.channel()
	m := f.incoming()
	_, err := f.s.Message(f.ctx, ch, m.ID)
	f.kind("Message", err, fault.NotFound)
	_, _, err = f.s.Failure(f.ctx, ch, m.ID)
	f.kind("Failure", err, fault.NotFound)
	_, err = f.s.Receive(f.ctx, "NONE", m, store.Record{})
	f.kind("Receive without a channel", err, fault.NotFound)

	fresh, err := f.s.Receive(f.ctx, ch, m, f.record("NONE", hookA))
	f.kind("Receive that tells of no channel", err, fault.NotFound)
	f.same("fresh", false, fresh)
	_, err = f.s.Message(f.ctx, ch, m.ID)
	f.kind("its message", err, fault.NotFound)

	_, err = f.s.Receive(f.ctx, ch, m, store.Record{})
	f.must(err)
	_, err = f.s.Message(f.ctx, other, m.ID)
	f.kind("Message of another channel", err, fault.NotFound)
	code, reason, err := f.s.Failure(f.ctx, ch, m.ID)
	f.must(err)
	f.same("failure of a message that did not fail", "", code+reason)
}
