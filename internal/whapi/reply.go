package whapi

import "tapgate/internal/message"

type replyJSON struct {
	Type         string           `json:"type"`
	ButtonsReply *buttonReplyJSON `json:"buttons_reply,omitempty"`
	ListReply    *rowJSON         `json:"list_reply,omitempty"`
	// Card and Button are the places of what was tapped in a carousel, from 0; ours, the dialect has
	// no such fields.
	Card   *int `json:"card,omitempty"`
	Button *int `json:"button,omitempty"`
}

type buttonReplyJSON struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// encodeReply tells a tap. The id is the one of the wire, prefix included.
func encodeReply(r message.Reply) *replyJSON {
	out := &replyJSON{Type: string(r.To)}
	if r.To == message.ListReply {
		out.ListReply = &rowJSON{ID: r.ID, Title: r.Title, Description: r.Description}
	} else {
		out.ButtonsReply = &buttonReplyJSON{ID: r.ID, Title: r.Title}
	}
	if r.Card != nil {
		out.Card, out.Button = r.Card, r.Button
	}
	return out
}
