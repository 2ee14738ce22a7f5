package whapi

import "tapgate/internal/message"

type replyJSON struct {
	Type         string           `json:"type"`
	ButtonsReply *buttonReplyJSON `json:"buttons_reply,omitempty"`
	ListReply    *rowJSON         `json:"list_reply,omitempty"`
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
	return out
}
