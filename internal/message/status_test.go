package message_test

import (
	"testing"

	"tapgate/internal/message"
)

// A status goes forward only; what was sent can't fail any more; ends stay.
func TestFollows(t *testing.T) {
	order := []message.Status{message.Pending, message.Sent, message.Delivered, message.Read, message.Played}
	for i, old := range order {
		for j, next := range order {
			if got, want := next.Follows(old), j > i; got != want {
				t.Errorf("%s follows %s: %v, want %v", next, old, got, want)
			}
		}
		if got, want := message.Failed.Follows(old), old == message.Pending; got != want {
			t.Errorf("failed follows %s: %v, want %v", old, got, want)
		}
		if old.Follows(message.Failed) {
			t.Errorf("%s follows failed", old)
		}
		if !message.Deleted.Follows(old) {
			t.Errorf("deleted does not follow %s", old)
		}
	}
}

// 3 and 4 stand in published payloads; the others are WhatsApp's own enumeration.
func TestCode(t *testing.T) {
	for s, want := range map[message.Status]int{message.Failed: 0, message.Pending: 1, message.Sent: 2, message.Delivered: 3, message.Read: 4, message.Played: 5} {
		if got := s.Code(); got != want {
			t.Errorf("%s has code %d, want %d", s, got, want)
		}
	}
}
