package whapi

import (
	"tapgate/internal/event"
	"tapgate/internal/id"
)

// updateJSON tells that a message has changed.
type updateJSON struct {
	ID string `json:"id"`
	// Trigger is the message that did it; absent when it was this API.
	Trigger *messageJSON `json:"trigger,omitempty"`
	Before  messageJSON  `json:"before_update"`
	After   messageJSON  `json:"after_update"`
	Changes []string     `json:"changes"`
}

// encodeUpdate names the fields of the message that an edit has changed.
func encodeUpdate(e event.MessageEdited, number id.User) updateJSON {
	out := updateJSON{
		ID: e.After.ID.String(), Before: encodeOwn(e.Before, number), After: encodeOwn(e.After, number), Changes: []string{},
	}
	if e.Trigger != nil {
		trigger := encodeOwn(*e.Trigger, number)
		out.Trigger = &trigger
	}
	before, after := out.Before.parts(), out.After.parts()
	for i := range after {
		if different(before[i].value, after[i].value) {
			out.Changes = append(out.Changes, after[i].name)
		}
	}
	return out
}

// parts are the fields of a message that an edit can change.
func (m messageJSON) parts() fields {
	return fields{
		{"type", m.Type}, {"text", m.Text}, {"interactive", m.Interactive}, {"carousel", m.Carousel},
		{"image", m.Image}, {"video", m.Video}, {"gif", m.GIF}, {"short", m.Short}, {"audio", m.Audio}, {"voice", m.Voice},
		{"document", m.Document}, {"sticker", m.Sticker}, {"context", m.Context},
	}
}

func different(a, b any) bool {
	x, errX := encode(a)
	y, errY := encode(b)
	return errX != nil || errY != nil || string(x) != string(y)
}
