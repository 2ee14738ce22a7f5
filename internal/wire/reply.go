package wire

import (
	"cmp"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
)

// A tap comes back in one of four shapes, by what was sent and by the app that was tapped:
// listResponse and buttonsResponse for legacy messages, templateButtonReply from Web and
// interactiveResponse from phones for native flows.

func readListResponse(m *waE2E.ListResponseMessage) message.Content {
	return message.Reply{
		To:          message.ListReply,
		ID:          clean(m.GetSingleSelectReply().GetSelectedRowID()),
		Title:       clean(m.GetTitle()),
		Description: clean(m.GetDescription()),
	}
}

func readButtonsResponse(m *waE2E.ButtonsResponseMessage) message.Content {
	return message.Reply{
		To:    message.ButtonsReply,
		ID:    clean(m.GetSelectedButtonID()),
		Title: clean(m.GetSelectedDisplayText()),
	}
}

// readTemplateReply falls back to the button's place in the cited message when the app told no id.
// The place is absent or counts from 0; in a carousel it counts within a card. Where the app repeated
// too little of the cited message, the place is all that is known, and stays.
func readTemplateReply(m *waE2E.TemplateButtonReplyMessage) message.Content {
	r := message.Reply{
		To:     message.ButtonsReply,
		ID:     clean(m.GetSelectedID()),
		Title:  clean(m.GetSelectedDisplayText()),
		Card:   place(m.SelectedCarouselCardIndex),
		Button: place(m.SelectedIndex),
	}
	if r.ID == "" && r.Button != nil {
		if list := buttonsAt(readQuoted(m.GetContextInfo()), r.Card); *r.Button < len(list) {
			r.ID = message.ButtonPrefix + list[*r.Button].ID
		}
	}
	if r.Card == nil && r.ID != "" {
		r.Button = nil // of a message without cards the id says it all
	}
	return r
}

// place is where something stands, from 0; nil when that is not told, or told as nonsense.
func place(n *uint32) *int {
	const most = 1 << 16
	if n == nil || *n > most {
		return nil
	}
	at := int(*n)
	return &at
}

// buttonsAt returns the buttons of a message, or those of a card of it.
func buttonsAt(c message.Content, card *int) message.Buttons {
	switch c := c.(type) {
	case message.Interactive:
		if list, ok := c.Action.(message.Buttons); ok && card == nil {
			return list
		}
	case message.Carousel:
		if card != nil && *card < len(c.Cards) {
			return c.Cards[*card].Buttons
		}
	}
	return nil
}

// readFlowResponse reads the answer to a native flow. An answer without an id is that of a form,
// unless its name is that of a button or a list.
func readFlowResponse(m *waE2E.InteractiveResponseMessage) message.Content {
	flow := m.GetNativeFlowResponseMessage()
	p := readParams(flow.GetParamsJSON())
	name := flow.GetName()
	r := message.Reply{
		To:          message.ButtonsReply,
		ID:          string(p.ID),
		Title:       cmp.Or(clean(m.GetBody().GetText()), string(p.DisplayText), string(p.Title)),
		Description: string(p.Description),
	}
	isList := name == flowMenu || name == flowSelect
	if isList || strings.HasPrefix(r.ID, message.RowPrefix) {
		r.To = message.ListReply
	}
	if r.ID == "" && (r.Title == "" || !isList && name != flowReply) {
		return message.Unknown{What: "interactiveResponseMessage"}
	}
	return r
}

// complete adds to a reply what the app left out, from the message that it cites.
func complete(r message.Reply, quoted message.Content) message.Reply {
	if c, ok := quoted.(message.Carousel); ok {
		for _, card := range c.Cards {
			r = completeButton(r, card.Buttons)
		}
		return r
	}
	i, _ := quoted.(message.Interactive)
	switch a := i.Action.(type) {
	case message.List:
		r.To = message.ListReply
		for _, s := range a.Sections {
			for _, row := range s.Rows {
				if message.RowPrefix+row.ID == r.ID {
					r.Title = cmp.Or(r.Title, row.Title)
					r.Description = cmp.Or(r.Description, row.Description)
					return r
				}
			}
		}
	case message.Buttons:
		return completeButton(r, a)
	}
	return r
}

func completeButton(r message.Reply, list message.Buttons) message.Reply {
	for _, b := range list {
		if message.ButtonPrefix+b.ID == r.ID {
			r.Title = cmp.Or(r.Title, b.Title)
		}
	}
	return r
}
