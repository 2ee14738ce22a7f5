package gateway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// What is cited leaves with the message and stands in what programs see.
func TestQuote(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		asked := h.hear(written("3A0102030405060708FF", message.Text{Body: "how much?"}))
		short, err := id.ParseMessage(asked.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		m, err := h.Send(t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "ten"}, Quote: short})
		if err != nil {
			t.Fatal(err)
		}
		want := message.Context{QuotedID: asked.ID, QuotedAuthor: theirs, Quoted: asked.Content}
		if m.Context == nil || *m.Context != want || *h.now(m.ID).Context != want {
			t.Errorf("context %+v, want %+v", m.Context, want)
		}
		if got := h.net.bodies(); !slices.Equal(got, []string{"ten citing 3A0102030405060708FF"}) {
			t.Errorf("left %q", got)
		}
	})
}

// An edit is a message of its own on the wire, and a change of the first to programs.
func TestEdit(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		first := h.say("ten")
		h.wantTold("message ten sent", "status sent")
		draft := gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "twelve"}, Edit: first.ID, Key: gateway.Key{Name: "k"}}
		for range 2 { // the same answer under the same key
			m, err := h.Send(t.Context(), mantis, draft)
			if err != nil || m.ID != first.ID || m.Content != draft.Content || m.Status != message.Sent {
				t.Errorf("answer %+v, %v; want the first message with the new content", m, err)
			}
		}
		h.wantTold("edited ten to twelve")
		want := first
		want.Content = draft.Content
		if got := h.now(first.ID); got != want {
			t.Errorf("message %+v, want %+v", got, want)
		}
		sent := h.net.attempts()
		if len(sent) != 2 || sent[1].Stanza == first.ID.Stanza || string(sent[1].Payload) != "twelve in place of "+first.ID.Stanza {
			t.Errorf("left %q", h.net.bodies())
		}
	})
}

// An edit that waits changes nothing yet, and is not forgotten.
func TestEditAfterRestart(t *testing.T) {
	inHouse(t, silent, func(t *testing.T, h *house) {
		first := h.say("ten")
		h.settle(time.Second)
		h.net.connect(false)
		_, err := h.Send(t.Context(), mantis, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "twelve"}, Edit: first.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.now(first.ID).Content; got != (message.Text{Body: "ten"}) {
			t.Errorf("content %v before the edit is sent", got)
		}
		h.restart()
		h.told()
		h.net.connect(true)
		h.settle(time.Second)
		if got := h.now(first.ID).Content; got != (message.Text{Body: "twelve"}) {
			t.Errorf("content %v after the edit was sent", got)
		}
		if told := h.told(); !slices.Contains(told, "edited ten to twelve") {
			t.Errorf("told %q", told)
		}
	})
}

func TestQuoteAndEditRefused(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		asked := h.hear(written("3A0102030405060708FF", message.Text{Body: "how much?"}))
		ours := h.say("ten")
		unknown := asked.ID
		unknown.Stanza = "3A01"
		elsewhere := id.User("61371989951").Private()
		send := func(d gateway.Draft) string {
			d.Content = message.Text{Body: "x"}
			if d.To.IsZero() {
				d.To = theirs.Private()
			}
			_, err := h.Send(t.Context(), mantis, d)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", d, err)
			}
			return fault.Of(err).Details()
		}
		for want, d := range map[string]gateway.Draft{
			"/quoted must name a message of this channel: specified message not found":                                                   {Quote: unknown},
			"/quoted must name a message of the same chat":                                                                               {Quote: asked.ID, To: elsewhere},
			"/edit must name a message of this channel: specified message not found":                                                     {Edit: unknown},
			"/edit must name a message that this channel sent":                                                                           {Edit: asked.ID},
			"/edit must name a message of the same chat":                                                                                 {Edit: ours.ID, To: elsewhere},
			"/quoted must name a message of this channel: specified message not found; /edit must name a message that this channel sent": {Quote: unknown, Edit: asked.ID},
		} {
			if got := send(d); got != want {
				t.Errorf("details %q, want %q", got, want)
			}
		}
		if got := strings.Join(h.net.bodies(), " "); got != "ten" {
			t.Errorf("left %q", got)
		}
	})
}
