package gateway_test

import (
	"slices"
	"testing"
	"time"

	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// changes makes a message that changes another one, a while after it.
func changes(stanza string, m message.Message, after time.Duration, c message.Change) message.Message {
	c.Target = m.ID
	out := written(stanza, c)
	out.At = m.At.Add(after)
	return out
}

func edits(stanza string, m message.Message, after time.Duration, body string) message.Message {
	return changes(stanza, m, after, message.Change{Did: message.Edited, Content: message.Text{Body: body}})
}

func deletes(stanza string, m message.Message) message.Message {
	return changes(stanza, m, time.Minute, message.Change{Did: message.Revoked})
}

func TestEditByCustomer(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.hear(written("3A0102030405060708A0", message.Text{Body: "helo"}))
		edit := edits("3A0102030405060708A1", m, time.Second, "hello")
		if got := h.hear(edit); got.Content != edit.Content {
			t.Errorf("the edit is kept as %+v", got)
		}
		h.hear(edit) // again, as after an ack that was lost
		if got := h.now(m.ID); got.Content != (message.Text{Body: "hello"}) || !got.At.Equal(m.At) || got.Status != "" {
			t.Errorf("edited: %+v", got)
		}
		h.wantTold("received helo", "received action", "edited helo to hello")
		h.restart()
		h.hear(edit)
		h.wantTold("channel connecting", "channel connected")

		steps := kinds(h.timeline(m.ID))
		if want := []gateway.StepKind{gateway.StepReceived, gateway.StepEdited}; !slices.Equal(steps, want) {
			t.Errorf("steps %v, want %v", steps, want)
		}
	})
}

// Edits may come in another order than they were made.
func TestOlderEdit(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.hear(written("3A0102030405060708A0", message.Text{Body: "one"}))
		h.hear(edits("3A0102030405060708A2", m, 2*time.Second, "three"))
		h.hear(edits("3A0102030405060708A1", m, time.Second, "two"))
		if got := h.now(m.ID).Content; got != (message.Text{Body: "three"}) {
			t.Errorf("says %+v", got)
		}
		h.wantTold("received one", "received action", "edited one to three", "received action")
		h.hear(edits("3A0102030405060708A3", m, 2*time.Second, "four")) // in the same second
		h.wantTold("received action", "edited three to four")
	})
}

func TestDeletionByCustomer(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.hear(written("3A0102030405060708A0", message.Text{Body: "oops"}))
		h.hear(deletes("3A0102030405060708A1", m))
		if got := h.now(m.ID); got.Status != message.Deleted || got.Content != m.Content {
			t.Errorf("deleted: %+v", got)
		}
		h.hear(deletes("3A0102030405060708A2", m))
		h.hear(edits("3A0102030405060708A3", m, time.Hour, "no"))
		if got := h.now(m.ID); got.Status != message.Deleted || got.Content != m.Content {
			t.Errorf("edited after it was deleted: %+v", got)
		}
		h.wantTold("received oops", "received action", "deleted "+m.ID.String(), "received action", "received action")
	})
}

// A change may overtake what it is about: when that could not be decrypted at once, and comes again.
func TestChangeComesFirst(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := written("3A0102030405060708A0", message.Text{Body: "helo"})
		h.hear(edits("3A0102030405060708A1", m, time.Second, "hello"))
		h.wantTold("received action")
		if got := h.hear(m); got.Content != (message.Text{Body: "hello"}) {
			t.Errorf("edited: %+v", got)
		}
		h.wantTold("received hello")

		m = written("3A0102030405060708B0", message.Text{Body: "oops"})
		h.hear(deletes("3A0102030405060708B1", m))
		if got := h.hear(m); got.Status != message.Deleted {
			t.Errorf("deleted: %+v", got)
		}
		h.wantTold("received action", "deleted "+m.ID.String(), "received oops")
	})
}

// Only the caption of a file can be edited: the file stays as it is known.
func TestCaptionIsEdited(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		file := message.Media{As: message.Image, MimeType: "image/jpeg", Size: 7, Caption: "lok", Remote: []byte("note")}
		m := h.hear(written("3A0102030405060708A0", file))
		want := m.Content.(message.Media)
		for i, c := range []message.Content{message.Media{As: message.Image, Caption: "look"}, message.Text{Body: "look!"}} {
			edit := changes("3A0102030405060708A"+string(rune('1'+i)), m, time.Second, message.Change{Did: message.Edited, Content: c})
			h.hear(edit)
			want.Caption = []string{"look", "look!"}[i]
			if got, ok := h.now(m.ID).Content.(message.Media); !ok || got.Caption != want.Caption || got.ID != want.ID || got.Size != 7 || string(got.Remote) != "note" {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
	})
}

// A reaction is told, and the message stays as it is. So does one of which nobody knows what was edited.
func TestReactionByCustomer(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		m := h.say("hello")
		h.told()
		h.hear(changes("3A0102030405060708A1", m, time.Second, message.Change{Did: message.Reaction, Emoji: "👍"}))
		unread := changes("3A0102030405060708A2", m, time.Second, message.Change{Did: message.Edited})
		h.hear(unread)
		if got := h.now(m.ID).Content; got != m.Content {
			t.Errorf("says %+v", got)
		}
		h.wantTold("received action", "received action")
		steps := kinds(h.timeline(m.ID))
		if n := len(steps); n < 2 || steps[n-2] != gateway.StepReacted {
			t.Errorf("steps %v", steps)
		}
	})
}

// What can't be stored as a whole is refused, and comes again.
func TestChangeNotDurable(t *testing.T) {
	var db deaf
	inHouse(t, func(o *gateway.Options) { db.Store = o.Store; o.Store = &db }, func(t *testing.T, h *house) {
		m := h.hear(written("3A0102030405060708A0", message.Text{Body: "helo"}))
		edit := edits("3A0102030405060708A1", m, time.Second, "hello")
		db.refuse = edit.ID
		if err := h.tryHear(edit); err == nil {
			t.Error("taken without being stored")
		}
		if got := h.now(m.ID).Content; got != m.Content {
			t.Errorf("says %+v", got)
		}
		db.refuse = id.Message{}
		h.hear(edit)
		h.wantTold("received helo", "received action", "edited helo to hello")
	})
}
