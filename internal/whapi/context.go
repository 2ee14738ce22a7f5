package whapi

import "tapgate/internal/message"

type contextJSON struct {
	QuotedID      string `json:"quoted_id,omitempty"`
	QuotedAuthor  string `json:"quoted_author,omitempty"`
	QuotedContent any    `json:"quoted_content,omitempty"`
	QuotedType    string `json:"quoted_type,omitempty"`
}

// encodeContext tells what a message cites, as the app that wrote it repeated it: a message with
// buttons is of type hsm from a phone, and of type text from WhatsApp Web.
func encodeContext(c *message.Context) *contextJSON {
	if c == nil {
		return nil
	}
	out := &contextJSON{QuotedID: c.QuotedID.String(), QuotedAuthor: string(c.QuotedAuthor)}
	switch q := c.Quoted.(type) {
	case nil:
	case message.Text:
		out.QuotedContent, out.QuotedType = textJSON{Body: q.Body}, "text"
	case message.Reply:
		out.QuotedContent, out.QuotedType = encodeReply(q), "reply"
	case message.Interactive:
		out.QuotedContent, out.QuotedType = encodeQuotedInteractive(q)
	case message.Carousel:
		out.QuotedContent, out.QuotedType = encodeQuotedCarousel(q), "carousel"
	case message.Media:
		out.QuotedContent, out.QuotedType = encodeMedia(q), string(q.As)
	default:
		out.QuotedType = "unknown"
	}
	return out
}

func encodeQuotedInteractive(i message.Interactive) (content any, kind string) {
	switch a := i.Action.(type) {
	case message.List:
		return encodeQuotedList(i, a), "list"
	case message.Buttons:
		return encodeHSM(i, a), "hsm"
	}
	return textJSON{Body: i.Body}, "text"
}
