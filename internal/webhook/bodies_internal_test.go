package webhook

import (
	"fmt"
	"testing"

	"tapgate/internal/id"
)

// What is kept stays below its bound, and what is kept longest goes first.
func TestBodiesAreBounded(t *testing.T) {
	var b bodies
	one := make([]byte, maxBody)
	room := maxBodies / maxBody
	for n := range 3 * room {
		b.put(id.Event(fmt.Sprint(n)), one)
	}
	if len(b.known) != room || len(b.order) != room || b.size != maxBodies {
		t.Errorf("%d bodies, %d in order, %d bytes", len(b.known), len(b.order), b.size)
	}
	if _, ok := b.get(id.Event(fmt.Sprint(2*room - 1))); ok {
		t.Error("an old one was kept")
	}
	if _, ok := b.get(id.Event(fmt.Sprint(2 * room))); !ok {
		t.Error("a new one was not kept")
	}
	b.put("large", make([]byte, maxBody+1))
	if _, ok := b.get("large"); ok {
		t.Error("one that is too large was kept")
	}
}
