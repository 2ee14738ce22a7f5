package whapi

import "tapgate/internal/message"

// changeJSON tells what somebody did to an earlier message.
type changeJSON struct {
	Target string `json:"target"`
	Type   string `json:"type"`
	// Emoji is there with reactions only; "" says that one was taken away.
	Emoji         *string `json:"emoji,omitempty"`
	EditedType    string  `json:"edited_type,omitempty"`
	EditedContent any     `json:"edited_content,omitempty"`
}

func encodeChange(c message.Change) *changeJSON {
	out := &changeJSON{Target: c.Target.String(), Type: string(c.Did)}
	if c.Did == message.Reaction {
		out.Emoji = &c.Emoji
	}
	if c.Did == message.Edited && c.Content != nil {
		content := encodeMessage(message.Message{Content: c.Content})
		out.EditedType = content.Type
		for _, part := range content.parts() {
			if part.name == content.Type {
				out.EditedContent = part.value
			}
		}
	}
	return out
}
