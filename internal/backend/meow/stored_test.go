package meow_test

import (
	"slices"
	"testing"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/message"
)

// A group's messages are encrypted with another ratchet; they wait to be stored like all others.
func TestGroupMessageLeavesOnceStored(t *testing.T) {
	w := newWorld(t)
	g := w.stage(t)
	l := backendtest.Pair(t, g.Open(t), g.Scan)
	chat := w.group(t)
	text := func(s string) backend.Draft { return backend.Draft{Chat: chat, Content: message.Text{Body: s}} }
	backendtest.OnceStored(t, l, text("first"), text("never"), text("last"))
	if got := g.Shown(); !slices.Equal(got, []string{"first", "last"}) {
		t.Errorf("the group shows %q", got)
	}
}
