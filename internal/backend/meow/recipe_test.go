package meow_test

import (
	"fmt"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
)

// shape is a message in one of the recipes that carry it.
type shape struct {
	recipe  string
	content message.Content
	biz     int // how many biz nodes have to leave
}

func shapes() []shape {
	replies := message.Buttons{{Kind: message.QuickReply, Title: "Yes", ID: "yes"}, {Kind: message.QuickReply, Title: "No", ID: "no"}}
	link := message.Buttons{{Kind: message.URL, Title: "Open", ID: "open", URL: "https://example.com/"}}
	list := message.List{Label: "Choose", Sections: []message.Section{{Title: "Fruit", Rows: []message.Row{
		{ID: "r1", Title: "Apple", Description: "red"}, {ID: "r2", Title: "Pear"},
	}}}}
	interactive := func(a message.Action) message.Content {
		return message.Interactive{Header: "Head", Body: "Body", Footer: "Foot", Action: a}
	}
	under := func(as message.MediaKind, file string, a message.Action) message.Content {
		m := backendtest.Samples().Media(as, file)
		return message.Interactive{Body: "Body", Media: &m, Action: a}
	}
	cards := message.Carousel{Body: "Body", Cards: []message.Card{
		{ID: "1", Media: backendtest.Samples().Media(message.Image, "jpeg-0a-c0"), Text: "One", Buttons: replies},
		{ID: "2", Media: backendtest.Samples().Media(message.Video, "mp4-0b-c0"), Text: "Two", Buttons: link},
	}}
	return []shape{
		{"text", message.Text{Body: "Body"}, 0},
		{"r1", interactive(replies), 1},
		{"r1-minimal", interactive(replies), 1},
		{"r2", interactive(link), 1},
		{"r2x", interactive(append(replies[:1:1], link...)), 1},
		{"r3", interactive(list), 1},
		{"r3-bare-opaque", interactive(list), 1},
		{"r3-group", interactive(list), 1},
		{"r1i", under(message.Image, "jpeg-0a-c0", replies), 1},
		{"r1v", under(message.Video, "mp4-0b-c0", replies), 1},
		{"r1d", under(message.Document, "mp4-0b-c0", replies), 1},
		{"r2m", under(message.Image, "jpeg-0a-c0", link), 1},
		{"r4", cards, 1},
	}
}

func (x shape) to(chat id.Chat) backend.Draft {
	return backend.Draft{Chat: chat, Content: x.content, Recipe: x.recipe}
}

// biz counts the biz nodes of a stanza.
func biz(node *waBinary.Node) int { return len(node.GetChildrenByTag("biz")) }

// enc returns the attributes of the encrypted content that one device reads: of the first device in
// a private chat, of the whole in a group.
func enc(t *testing.T, node *waBinary.Node) waBinary.Attrs {
	t.Helper()
	for _, n := range []waBinary.Node{*node, node.GetChildByTag("participants", "to")} {
		if e, ok := n.GetOptionalChildByTag("enc"); ok {
			return e.Attrs
		}
	}
	t.Fatalf("no enc in %s", node)
	return nil
}

// read returns the message as a phone holds it.
func read(t *testing.T, p *phone.Phone, e backend.Envelope) phone.Message {
	t.Helper()
	for _, m := range p.Messages() {
		if got, err := id.ParseMessage(m.ID); err == nil && got.Stanza == e.Stanza {
			return m
		}
	}
	t.Fatalf("%s does not hold %s", p.Name(), e.Stanza)
	return phone.Message{}
}

// arrivals counts how often a phone holds a message.
func arrivals(p *phone.Phone, e backend.Envelope) (n int) {
	for _, m := range p.Messages() {
		if got, err := id.ParseMessage(m.ID); err == nil && got.Stanza == e.Stanza {
			n++
		}
	}
	return n
}

func TestEachRecipeLeavesWithItsOneNode(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	private, group := id.User(jonathan).Private(), w.group(t)
	customer := w.customer(t, jonathan, "")
	for _, chat := range []id.Chat{private, group} {
		for _, x := range shapes() {
			t.Run(fmt.Sprintf("%s to %s", x.recipe, chat.Server), func(t *testing.T) {
				e := line.Post(t, x.to(chat))
				await(t, w, customer, e)
				sent := w.wires.await(t, e.Stanza, 1)
				if len(sent) != 1 || biz(sent[0]) != x.biz {
					t.Errorf("%d stanzas left, the first with %d biz nodes, want 1 with %d: %s", len(sent), biz(sent[0]), x.biz, sent[0])
				}
				if m := read(t, customer, e); m.Body != "Body" {
					t.Errorf("the customer reads %+v", m.Content)
				}
			})
		}
	}
	if refused := w.net.Refusals(); len(refused) > 0 {
		t.Errorf("the network refused %+v", refused)
	}
}

// Legacy buttons without a wrapper and bare lists are what the library adds nodes of its own to.
func TestOpaqueListIsATextToTheLibrary(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	for _, x := range shapes() {
		want := [2]any{"text", nil}
		if x.recipe == "r3" { // in its wrapper the library sees the list
			want = [2]any{"media", "list"}
		}
		e := line.Post(t, x.to(id.User(jonathan).Private()))
		sent := w.wires.await(t, e.Stanza, 1)[0]
		if got := [2]any{sent.Attrs["type"], enc(t, sent)["mediatype"]}; got != want {
			t.Errorf("%s leaves with type and mediatype %v, want %v", x.recipe, got, want)
		}
	}
}

// An edit is marked as one on the stanza, with the nodes that its buttons need, also when a device
// asks for it again.
func TestEditIsMarked(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	first := line.Post(t, shapes()[1].to(id.User(jonathan).Private()))
	await(t, w, customer, first)
	for n, wipe := range []bool{false, true} {
		if wipe {
			if err := customer.Wipe(backendtest.Context(t)); err != nil {
				t.Fatal(err)
			}
		}
		d := shapes()[1].to(id.User(jonathan).Private())
		i := d.Content.(message.Interactive)
		i.Body = fmt.Sprint("New ", n)
		d.Content, d.Edit = i, id.Message{Stanza: first.Stanza, Chat: d.Chat, FromMe: true}
		edit := line.Post(t, d)
		line.Sink.AwaitStatus(t, edit.Stanza, message.Delivered)
		sent := w.wires.await(t, edit.Stanza, n+1)
		for _, node := range sent {
			if node.Attrs["edit"] != "1" || node.Attrs["type"] != "text" || biz(node) != 1 || enc(t, node)["decrypt-fail"] != "hide" {
				t.Errorf("the edit leaves as %s", node)
			}
		}
		if m := read(t, customer, first); m.Body != i.Body || !m.Edited || !m.Drawn || len(m.Buttons) != 2 {
			t.Errorf("the customer reads %+v", m.Content)
		}
	}
}
