package phone_test

import (
	"strconv"
	"testing"

	"tapgate/internal/sandbox/phone"
)

// A subscriber that never reads must not hold up the phones; it loses changes, never the newest, and is told that it did.
func TestSlowSubscriberIsToldThatItMissedSomething(t *testing.T) {
	w := newWorld(t)
	slow, cancel := w.book.Subscribe()
	defer cancel()
	const sends = 120 // each is announced when kept, when sent and when delivered: more than the buffer of 256
	last := ""
	for i := range sends {
		last = must(w.customer.Send(context20s(t), phone.Compose{Text: strconv.Itoa(i)}))(t)
	}
	w.until("the last delivery", func() bool { m, _ := w.customer.Message(last); return m.Status == phone.StatusDelivered })
	newest, first := "", <-slow
	if first.What != "missed" {
		t.Errorf("the first change that is left is %+v", first)
	}
	for len(slow) > 0 {
		if c := <-slow; c.MessageID != "" {
			newest = c.MessageID
		}
	}
	if newest != last {
		t.Errorf("the newest change is about %q, want %q", newest, last)
	}
}
