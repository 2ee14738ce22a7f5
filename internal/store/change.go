package store

import "tapgate/internal/message"

// changeRow is the stored form of message.Change.
type changeRow struct {
	Did     string      `json:"did"`
	Target  idRow       `json:"target"`
	Content *contentRow `json:"content,omitempty"`
	Emoji   string      `json:"emoji,omitempty"`
}

func packChange(c message.Change) (*changeRow, error) {
	content, err := packContent(c.Content)
	return &changeRow{Did: string(c.Did), Target: packID(c.Target), Content: content, Emoji: c.Emoji}, err
}

func (r *changeRow) unpack() message.Change {
	return message.Change{
		Did: message.ChangeKind(r.Did), Target: r.Target.unpack(), Content: r.Content.unpack(), Emoji: r.Emoji,
	}
}
