package whapi

import (
	"cmp"

	"tapgate/internal/message"
)

// EncodeSent is the answer to a request that sends a message.
func EncodeSent(m message.Message) ([]byte, error) {
	return encode(struct {
		Sent    bool        `json:"sent"`
		Message messageJSON `json:"message"`
	}{true, encodeMessage(m)})
}

// EncodeMessage is one message, sent or received.
func EncodeMessage(m message.Message) ([]byte, error) { return encode(encodeMessage(m)) }

// messageJSON has its fields in the order of the dialect's published payloads.
type messageJSON struct {
	ID     string `json:"id"`
	FromMe bool   `json:"from_me"`
	Type   string `json:"type"`
	// Subtype names content of type unknown in WhatsApp's own words.
	Subtype     string           `json:"subtype,omitempty"`
	ChatID      string           `json:"chat_id"`
	Timestamp   int64            `json:"timestamp"`
	Source      string           `json:"source"`
	Status      string           `json:"status,omitempty"`
	ChatName    string           `json:"chat_name,omitempty"`
	Text        *textJSON        `json:"text,omitempty"`
	Interactive *interactiveJSON `json:"interactive,omitempty"`
	Carousel    *carouselJSON    `json:"carousel,omitempty"`
	Image       *mediaJSON       `json:"image,omitempty"`
	Video       *mediaJSON       `json:"video,omitempty"`
	GIF         *mediaJSON       `json:"gif,omitempty"`
	Short       *mediaJSON       `json:"short,omitempty"`
	Audio       *mediaJSON       `json:"audio,omitempty"`
	Voice       *mediaJSON       `json:"voice,omitempty"`
	Document    *mediaJSON       `json:"document,omitempty"`
	Sticker     *mediaJSON       `json:"sticker,omitempty"`
	Reply       *replyJSON       `json:"reply,omitempty"`
	Action      *changeJSON      `json:"action,omitempty"`
	Context     *contextJSON     `json:"context,omitempty"`
	From        string           `json:"from,omitempty"`
	FromName    string           `json:"from_name,omitempty"`
}

func encodeMessage(m message.Message) messageJSON {
	out := messageJSON{
		ID:        m.ID.String(),
		FromMe:    m.ID.FromMe,
		Type:      string(message.KindUnknown),
		ChatID:    m.ID.Chat.String(),
		Timestamp: m.At.Unix(),
		Source:    string(cmp.Or(m.Source, message.SourceUnknown)),
		Status:    string(m.Status),
		ChatName:  m.ChatName,
		Context:   encodeContext(m.Context),
		From:      string(m.From),
		FromName:  m.FromName,
	}
	if m.Content != nil {
		out.Type = string(m.Content.Kind())
	}
	switch c := m.Content.(type) {
	case message.Text:
		out.Text = &textJSON{Body: c.Body}
	case message.Interactive:
		out.Interactive = encodeInteractive(c)
	case message.Carousel:
		out.Carousel = encodeCarousel(c)
	case message.Media:
		out.setMedia(c)
	case message.Reply:
		out.Reply = encodeReply(c)
	case message.Change:
		out.Action = encodeChange(c)
	case message.Unknown:
		out.Subtype = c.What
	}
	return out
}

// setMedia tells a file in the field of its kind.
func (out *messageJSON) setMedia(m message.Media) {
	file := encodeMedia(m)
	switch m.As {
	case message.Image:
		out.Image = &file
	case message.Video:
		out.Video = &file
	case message.GIF:
		out.GIF = &file
	case message.Short:
		out.Short = &file
	case message.Audio:
		out.Audio = &file
	case message.Voice:
		out.Voice = &file
	case message.Sticker:
		out.Sticker = &file
	default:
		out.Type = string(message.Document)
		out.Document = &file
	}
}
