package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// written is a message of the customer.
func written(stanza string, c message.Content) message.Message {
	return message.Message{
		ID: id.Message{Stanza: stanza, Chat: theirs.Private()}, From: theirs, FromName: "Jonathan",
		Source: message.SourceMobile, At: time.Now().UTC().Truncate(time.Second), Content: c,
	}
}

// hear hands a message to the gateway as the session does, and returns it as it was stored.
func (h *house) hear(m message.Message) message.Message {
	h.t.Helper()
	if err := h.tryHear(m); err != nil {
		h.t.Fatal(err)
	}
	return h.now(m.ID)
}

func (h *house) tryHear(m message.Message) error {
	return h.net.session(mantis).hear(event.MessageReceived{Message: m})
}

// WhatsApp delivers again what it got no ack for. It is told once, also after a restart.
func TestInboundTwice(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := written("3A0102030405060708FF", message.Text{Body: "hi"})
		if got := h.hear(m); !cmp.Equal(got, m) {
			t.Errorf("stored %s", cmp.Diff(m, got))
		}
		h.hear(m)
		h.restart()
		h.hear(m)
		h.wantTold("received hi", "channel connecting", "channel connected")
	})
}

// Nil means durable. Whatever could not be stored has to come again, as a whole.
func TestInboundNotDurable(t *testing.T) {
	var db deaf
	inHouse(t, func(o *gateway.Options) { db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		one, two := written("3A0102030405060708F1", message.Text{Body: "one"}), written("3A0102030405060708F2", message.Text{Body: "two"})
		db.refuse = two.ID
		in := []event.Payload{event.MessageReceived{Message: one}, event.MessageReceived{Message: two}}
		if err := h.net.session(mantis).hear(in...); !errors.Is(err, errDisk) {
			t.Fatalf("error %v", err)
		}
		db.refuse = id.Message{}
		if err := h.net.session(mantis).hear(in...); err != nil {
			t.Fatal(err)
		}
		h.wantTold("received one", "received two")
	})
}

// The library may call twice for one message, even at the same time: it is told once.
func TestInboundTwiceAtOnce(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := written("3A0102030405060708F6", message.Text{Body: "hi"})
		s := h.net.session(mantis)
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if err := s.hear(event.MessageReceived{Message: m}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.wantTold("received hi")
	})
}

// What can't be taken comes again with the same bytes, for ever. So a message is kept and told as
// unreadable, others are kept untold, and nothing keeps away what comes behind it.
func TestPoisonousInbound(t *testing.T) {
	var picky fussy
	inHouse(t, func(o *gateway.Options) { picky.Planner = o.Planner; o.Planner = &picky }, func(t *testing.T, h *house) {
		sent := h.say("hello")
		h.told()
		good := written("3A0102030405060708F0", message.Text{Body: "good"})
		for i, what := range []string{"refused", "panic"} {
			bad := written(fmt.Sprintf("3A0102030405060708E%d", i), message.Text{Body: what})
			bad.Context = &message.Context{QuotedID: sent.ID}
			got := h.hear(bad)
			if got.Content != (message.Unknown{What: "unreadable"}) || got.Context != nil {
				t.Errorf("%s is kept as %+v", what, got.Content)
			}
			h.wantTold("received unknown")
		}
		odd := written("3A0102030405060708E2", nil) // has no stored form
		if got := h.hear(odd); got.Content != (message.Unknown{What: "unreadable"}) {
			t.Errorf("kept as %+v", got.Content)
		}
		h.wantTold("received unknown")
		picky.refusesAll.Store(true)
		untold := written("3A0102030405060708E3", message.Text{Body: "untold"})
		if got := h.hear(untold); got.Content != (message.Unknown{What: "unreadable"}) {
			t.Errorf("kept as %+v", got.Content)
		}
		if err := h.net.session(mantis).hear(event.StatusChanged{Message: sent.ID, Status: message.Read, At: time.Now()}); err != nil {
			t.Errorf("status: %v", err)
		}
		if s := h.now(sent.ID).Status; s != message.Read {
			t.Errorf("status %s", s)
		}
		picky.refusesAll.Store(false)
		h.hear(good)
		h.wantTold("received good")
	})
}

// fussy is a planner that can't render some texts.
type fussy struct {
	gateway.Planner
	refusesAll atomic.Bool
}

func (f *fussy) Plan(ev event.Event, c channel.Channel) (store.Record, error) {
	r, ok := ev.Payload.(event.MessageReceived)
	switch {
	case f.refusesAll.Load(), ok && r.Message.Content == message.Text{Body: "refused"}:
		return store.Record{}, errors.New("can't be told")
	case ok && r.Message.Content == message.Text{Body: "panic"}:
		panic("a mistake in the renderer")
	}
	return f.Planner.Plan(ev, c)
}

// deaf is a database that does not store one message.
type deaf struct {
	store.Store
	refuse id.Message
}

func (d *deaf) Receive(ctx context.Context, ch id.Channel, m message.Message, tell store.Record) (bool, error) {
	if m.ID == d.refuse {
		return false, errDisk
	}
	return d.Store.Receive(ctx, ch, m, tell)
}

func (d *deaf) ReceiveChange(ctx context.Context, ch id.Channel, m message.Message, tell store.Record, a store.Altered) (bool, error) {
	if m.ID == d.refuse {
		return false, errDisk
	}
	return d.Store.ReceiveChange(ctx, ch, m, tell, a)
}

func TestStatus(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.say("hello")
		h.told()
		for range 2 {
			for _, s := range []message.Status{message.Delivered, message.Read} {
				if err := h.net.session(mantis).hear(event.StatusChanged{Message: m.ID, Status: s, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := h.now(m.ID).Status; got != message.Read {
			t.Errorf("status %s", got)
		}
		h.wantTold("status delivered", "status read")
	})
}

var (
	asked = message.Interactive{
		Header: "Header", Body: "Body message", Footer: "Footer",
		Action: message.Buttons{
			{Kind: message.URL, Title: "Web", ID: "web", URL: "https://example.com"},
			{Kind: message.QuickReply, Title: "Button1", ID: "1"},
			{Kind: message.QuickReply, Title: "Button2", ID: "2"},
		},
	}
	listed = message.Interactive{
		Header: "Header", Body: "Choose", Action: message.List{Label: "Open", Sections: []message.Section{
			{Title: "Pizza", Rows: []message.Row{{ID: "r1", Title: "Margherita", Description: "Cheese"}}},
			{Title: "Pasta", Rows: []message.Row{{ID: "r2", Title: "Carbonara", Description: "Egg"}}},
		}},
	}
)

// cardsIn puts pictures on a shelf and returns cards of them. "More" stands on both.
func cardsIn(s *shelf) message.Carousel {
	put := func(words string) message.Media {
		return s.put(message.Media{As: message.Image, ID: string(id.NewMedia("jpg")), MimeType: "image/jpeg"}, []byte(words))
	}
	one, two := put("one"), put("two")
	return message.Carousel{Body: "Sale", Cards: []message.Card{
		{ID: "c1", Media: one, Text: "One", Buttons: message.Buttons{
			{Kind: message.URL, Title: "Web", ID: "w1", URL: "https://example.com"}, {Kind: message.QuickReply, Title: "More", ID: "a"},
		}},
		{ID: "c2", Media: two, Text: "Two", Buttons: message.Buttons{
			{Kind: message.QuickReply, Title: "Buy", ID: "b"}, {Kind: message.QuickReply, Title: "More", ID: "c"},
		}},
	}}
}

// What a sender's app leaves out of a tap is completed from what we sent; what it says stays.
func TestReply(t *testing.T) {
	files := newShelf()
	shown := cardsIn(files)
	tapped := func(id, title string) message.Reply {
		return message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:" + id, Title: title}
	}
	at := func(card, button int, r message.Reply) message.Reply {
		r.Card, r.Button = &card, &button
		if card < 0 {
			r.Card = nil
		}
		if button < 0 {
			r.Button = nil
		}
		return r
	}
	nameless := func(title string) message.Reply { return message.Reply{To: message.ButtonsReply, Title: title} }
	row := func(id, title, description string) message.Reply {
		return message.Reply{To: message.ListReply, ID: "ListV3:" + id, Title: title, Description: description}
	}
	for name, tc := range map[string]struct {
		sent               message.Content
		reply              message.Reply
		quote              message.Content
		wantReply, wantQuo message.Content
	}{
		"complete":             {asked, tapped("2", "Button2"), asked, tapped("2", "Button2"), asked},
		"no quote":             {asked, tapped("2", "Button2"), nil, tapped("2", "Button2"), asked},
		"no title":             {asked, tapped("1", ""), asked, tapped("1", "Button1"), asked},
		"title of its own":     {asked, tapped("2", "Knopf"), asked, tapped("2", "Knopf"), asked},
		"no buttons in quote":  {asked, tapped("2", ""), message.Interactive{Body: "Body message"}, tapped("2", "Button2"), asked},
		"web repeats the body": {asked, tapped("2", "Button2"), message.Text{Body: "Body message"}, tapped("2", "Button2"), message.Text{Body: "Body message"}},
		"web repeats nothing":  {asked, tapped("2", ""), message.Text{}, tapped("2", "Button2"), message.Text{Body: "Body message"}},
		"unknown quote":        {asked, tapped("2", ""), message.Unknown{What: "x"}, tapped("2", "Button2"), asked},
		"row":                  {listed, row("r2", "", ""), nil, row("r2", "Carbonara", "Egg"), listed},
		"row with title":       {listed, row("r1", "Margherita", ""), message.Interactive{Body: "Choose", Action: message.List{Label: "Open"}}, row("r1", "Margherita", "Cheese"), listed},
		"unknown row":          {listed, row("r9", "?", ""), nil, row("r9", "?", ""), listed},
		"row told as a button": {listed, message.Reply{To: message.ButtonsReply, ID: "r2"}, nil, message.Reply{To: message.ListReply, ID: "r2", Title: "Carbonara", Description: "Egg"}, listed},
		"row by its title":     {listed, message.Reply{To: message.ListReply, Title: "Carbonara"}, nil, row("r2", "Carbonara", "Egg"), listed},

		"button by its place":         {asked, at(-1, 2, nameless("")), message.Text{Body: "Body message"}, tapped("2", "Button2"), message.Text{Body: "Body message"}},
		"the place of a link":         {asked, at(-1, 0, nameless("")), nil, nameless(""), asked},
		"a place that is not there":   {asked, at(-1, 3, nameless("?")), nil, nameless("?"), asked},
		"button by its title":         {asked, nameless("Button1"), nil, tapped("1", "Button1"), asked},
		"title of nothing":            {asked, nameless("Button9"), nil, nameless("Button9"), asked},
		"id without its prefix":       {asked, message.Reply{To: message.ButtonsReply, ID: "1"}, nil, message.Reply{To: message.ButtonsReply, ID: "1", Title: "Button1"}, asked},
		"quote without its frame":     {asked, tapped("1", "Button1"), message.Interactive{Body: "Body message", Action: asked.Action}, tapped("1", "Button1"), asked},
		"quote of before an edit":     {asked, tapped("1", "Button1"), message.Interactive{Body: "Old", Action: asked.Action}, tapped("1", "Button1"), message.Interactive{Body: "Old", Action: asked.Action}},
		"quote with no button at all": {asked, tapped("1", "Button1"), message.Interactive{Body: "Body message", Action: message.Buttons{}}, tapped("1", "Button1"), asked},

		"card by the id":            {shown, tapped("b", ""), nil, at(1, 0, tapped("b", "Buy")), shown},
		"card as told":              {shown, at(1, 1, tapped("c", "More")), message.Text{Body: "Sale"}, at(1, 1, tapped("c", "More")), message.Text{Body: "Sale"}},
		"card without the place":    {shown, at(1, -1, tapped("c", "")), nil, at(1, 1, tapped("c", "More")), shown},
		"card by the place":         {shown, at(1, 1, nameless("")), message.Text{Body: "Sale"}, at(1, 1, tapped("c", "More")), message.Text{Body: "Sale"}},
		"card by a title of one":    {shown, nameless("Buy"), nil, at(1, 0, tapped("b", "Buy")), shown},
		"a title of two cards":      {shown, nameless("More"), nil, nameless("More"), shown},
		"a place without its card":  {shown, at(-1, 0, nameless("")), nil, at(-1, 0, nameless("")), shown},
		"a card that is not there":  {shown, at(7, 0, nameless("?")), nil, at(7, 0, nameless("?")), shown},
		"another id on that card":   {shown, at(0, 0, tapped("b", "Buy")), nil, at(0, 0, tapped("b", "Buy")), shown},
		"cards that are not quoted": {shown, tapped("b", "Buy"), message.Carousel{Body: "Sale"}, at(1, 0, tapped("b", "Buy")), shown},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, files.use, func(t *testing.T, h *house) {
				sent, err := h.send(tc.sent)
				if err != nil {
					t.Fatal(err)
				}
				m := written("3A0102030405060708FF", tc.reply)
				m.Context = &message.Context{QuotedID: sent.ID, QuotedAuthor: ours, Quoted: tc.quote}
				want := m
				want.Content = tc.wantReply
				want.Context = &message.Context{QuotedID: sent.ID, QuotedAuthor: ours, Quoted: tc.wantQuo}
				if got := h.hear(m); !cmp.Equal(got, want) {
					t.Errorf("stored %s", cmp.Diff(want, got))
				}
			})
		})
	}
}

// The author of a quote may be named by a number that could not be resolved. The id that reaches the
// program is the one that it got when it sent the message.
func TestReplyToHiddenAuthor(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		sent, err := h.send(asked)
		if err != nil {
			t.Fatal(err)
		}
		m := written("3A0102030405060708FF", message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:2"})
		m.Context = &message.Context{QuotedID: id.Message{
			Stanza: sent.ID.Stanza, Chat: id.Chat{User: "123456789012345", Server: id.Hidden},
		}}
		got := h.hear(m)
		if got.Context.QuotedID != sent.ID || got.Context.QuotedAuthor != ours || got.Content.(message.Reply).Title != "Button2" {
			t.Errorf("stored %+v, context %+v", got, got.Context)
		}
	})
}

func TestQuoteOfUnknown(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := written("3A0102030405060708FF", message.Text{Body: "that one"})
		m.Context = &message.Context{QuotedID: id.Message{Stanza: "3A0102030405060708AA", Chat: theirs.Private()}}
		if got := h.hear(m); !cmp.Equal(got, m) {
			t.Errorf("stored %s", cmp.Diff(m, got))
		}
	})
}

// A device that could not read a message is served from the row, also after a restart; what was
// never sent is not found.
func TestLedger(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.say("hello")
		h.restart()
		e, at, err := h.net.session(mantis).Ledger.Sent(t.Context(), m.ID.Stanza)
		if err != nil || e.Stanza != m.ID.Stanza || e.Chat != theirs.Private() || string(e.Payload) != "hello" || !at.Equal(m.At) {
			t.Errorf("%+v, %v, %v", e, at, err)
		}
		if _, _, err := h.net.session(mantis).Ledger.Sent(t.Context(), "3EB0000000000000000000"); !isNotFound(err) {
			t.Errorf("unknown stanza: %v", err)
		}
		h.told()
	})
}
