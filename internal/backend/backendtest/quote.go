package backendtest

import (
	"testing"

	"tapgate/internal/backend"
	"tapgate/internal/message"
)

// A quote names the message it cites, and an edit the message it replaces: the customer's phone finds
// both. It shows the new text in the place of the old.
func quoteAndEdit(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	g.writes(t, "how much?")
	asked := l.Sink.AwaitMessages(t, 1)[0]
	d := Text(g.Customer, "ten")
	d.Quote = &backend.Quote{ID: asked.ID, Author: asked.From, Content: asked.Content}
	answer := l.Post(t, d)
	l.Sink.AwaitStatus(t, answer.Stanza, message.Delivered)
	if got := g.Cited(); len(got) != 1 || got[0] != "how much?" {
		t.Errorf("the customer's phone shows that %q is cited, want the question", got)
	}

	d = Text(g.Customer, "twelve")
	d.Edit = asked.ID
	d.Edit.Stanza, d.Edit.FromMe = answer.Stanza, true
	edit := l.Post(t, d)
	if edit.Stanza == answer.Stanza {
		t.Error("an edit leaves under the id of what it edits")
	}
	l.Sink.AwaitStatus(t, edit.Stanza, message.Delivered)
	g.shows(t, "twelve")
}
