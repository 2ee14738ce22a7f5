package storetest

import (
	"strings"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func lists() []testCase {
	return []testCase{
		{"messages are listed, filtered and in order", listFilters},
		{"a list has pages", listPages},
		{"an edit is not listed", editNotListed},
	}
}

// tell puts a message of a minute into the channel and returns it. Who is "" for our own number.
func (f *fixture) tell(ch id.Channel, minute int, chat id.Chat, who id.User, body string) {
	f.Helper()
	o, m := f.outgoing(ch)
	m.At, m.ID.Chat, m.Content, m.ID.FromMe, m.From, m.Status = at(minute), chat, message.Text{Body: body}, who == "", who, ""
	if who != "" {
		_, err := f.s.Receive(f.ctx, ch, m, store.Record{})
		f.must(err)
		return
	}
	m.From, m.Status, o.Message = "919984351847", message.Pending, m.ID
	_, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
}

// listed returns the texts that a query finds.
func (f *fixture) listed(ch id.Channel, q store.Query) (texts string, total int) {
	f.Helper()
	if q.Count == 0 {
		q.Count = 100
	}
	list, total, err := f.s.List(f.ctx, ch, q)
	f.must(err)
	var words []string
	for _, m := range list {
		words = append(words, m.Content.(message.Text).Body)
	}
	return strings.Join(words, " "), total
}

func listFilters(f *fixture) {
	ch, other := f.channel(), f.channel()
	group := id.Chat{User: "120363000000000001", Server: id.Group}
	f.tell(ch, 3, jonathan.Private(), jonathan, "c")
	f.tell(ch, 1, jonathan.Private(), jonathan, "a")
	f.tell(ch, 2, jonathan.Private(), "", "b")
	f.tell(ch, 3, jonathan.Private(), "", "d") // of the same moment as c, and stored after it
	f.tell(ch, 4, group, maria, "e")
	f.tell(ch, 5, group, jonathan, "f")
	f.tell(other, 1, jonathan.Private(), jonathan, "x")
	for _, try := range []struct {
		q    store.Query
		want string
	}{
		{store.Query{}, "f e d c b a"},
		{store.Query{OldestFirst: true}, "a b c d e f"},
		{store.Query{Chat: jonathan.Private()}, "d c b a"},
		{store.Query{Chat: group, OldestFirst: true}, "e f"},
		{store.Query{Chat: maria.Private()}, ""},
		{store.Query{From: at(2), To: at(4), OldestFirst: true}, "b c d e"},
		{store.Query{From: at(2).Add(time.Microsecond), To: at(4).Add(-time.Microsecond)}, "d c"},
		{store.Query{Direction: store.Outgoing}, "d b"},
		{store.Query{Direction: store.Incoming}, "f e c a"},
		{store.Query{Author: jonathan}, "f c a"},
		{store.Query{Author: jonathan, Chat: group}, "f"},
		{store.Query{Author: maria, Direction: store.Outgoing}, ""},
	} {
		texts, total := f.listed(ch, try.q)
		if texts != try.want || total != len(strings.Fields(try.want)) {
			f.Errorf("%+v finds %q of %d, want %q", try.q, texts, total, try.want)
		}
	}
}

func listPages(f *fixture) {
	ch := f.channel()
	for i, body := range strings.Fields("a b c d e") {
		f.tell(ch, i, jonathan.Private(), jonathan, body)
	}
	for _, try := range []struct {
		q    store.Query
		want string
	}{
		{store.Query{Count: 2}, "e d"},
		{store.Query{Count: 2, Offset: 2}, "c b"},
		{store.Query{Count: 2, Offset: 4}, "a"},
		{store.Query{Count: 2, Offset: 9}, ""},
	} {
		if texts, total := f.listed(ch, try.q); texts != try.want || total != 5 {
			f.Errorf("%+v finds %q of %d, want %q of 5", try.q, texts, total, try.want)
		}
	}
}

func editNotListed(f *fixture) {
	ch := f.channel()
	first := f.accept(ch)
	o, m := f.outgoing(ch)
	m.Edits = first.Message
	_, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	list, total, err := f.s.List(f.ctx, ch, store.Query{Count: 10})
	f.must(err)
	if total != 1 || len(list) != 1 || list[0].ID.String() != first.Message.String() {
		f.Errorf("listed %+v of %d, want the edited message alone", list, total)
	}
}
