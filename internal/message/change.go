package message

import "tapgate/internal/id"

// KindChange is the kind of a Change.
const KindChange Kind = "action"

// Change is what somebody did to an earlier message. It stands in no chat by itself.
type Change struct {
	Did ChangeKind
	// Target is the message that it was done to.
	Target id.Message
	// Content is what an edited message says from then on; nil when that can't be told.
	Content Content
	// Emoji is what a reaction puts on the message; "" takes the earlier one away.
	Emoji string
}

// ChangeKind says what was done.
type ChangeKind string

// What can be done to a message.
const (
	Edited   ChangeKind = "edit"
	Revoked  ChangeKind = "delete"
	Reaction ChangeKind = "reaction"
)

// Kind implements Content.
func (Change) Kind() Kind { return KindChange }

func (Change) content() {}

// Of returns what a message says that was edited by c. Of a file an edit replaces the caption only.
func (c Change) Of(old Content) Content {
	file, isFile := old.(Media)
	switch now := c.Content.(type) {
	case nil:
		return old
	case Media:
		if isFile {
			file.Caption = now.Caption
			return file
		}
	case Text:
		if isFile {
			file.Caption = now.Body
			return file
		}
	}
	return c.Content
}
