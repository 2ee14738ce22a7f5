package torture_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"tapgate/internal/sandbox/phone"
)

// A phone that was restored from nothing asks for all that waited for it, at once.
func TestRestoredPhone(t *testing.T) {
	w := newWorld(t)
	w.send("before")
	w.shows("before")
	w.must(w.customer.SetOnline(t.Context(), false))
	w.must(w.customer.Wipe(t.Context()))
	var want []string
	for i := range 12 {
		want = append(want, w.send(fmt.Sprint("missed ", i)))
	}
	w.must(w.customer.SetOnline(t.Context(), true))
	w.shows(append([]string{"before"}, want...)...)
	w.delivered()
}

// A phone that loses its keys in the middle of a burst asks for many while more are under way.
func TestWipeInABurst(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 60 {
		if i == 20 {
			w.must(w.customer.Wipe(t.Context()))
		}
		want = append(want, w.send(fmt.Sprint("burst ", i)))
	}
	w.shows(want...)
	w.delivered()
}

// Both directions of a chat work on one Signal session, which is lost every 60 messages.
func TestBothWaysWithWipes(t *testing.T) {
	const count, each = 300, 60
	w := newWorld(t)
	var sent, written []string
	var work sync.WaitGroup
	work.Go(func() {
		for i := range count {
			if i%each == each-1 {
				w.must(w.customer.Wipe(t.Context()))
			}
			sent = append(sent, w.send(fmt.Sprint("out ", i)))
		}
	})
	work.Go(func() {
		for i := range count {
			text := fmt.Sprint("in ", i)
			if _, err := w.customer.Send(t.Context(), phone.Compose{To: business, Text: text}); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			written = append(written, text)
		}
	})
	work.Wait()
	w.shows(sent...)
	w.eventually("everything that was written reached the receiver", func() (bool, string) {
		heard := w.heard()
		left := slices.DeleteFunc(slices.Clone(written), func(text string) bool { return heard[text] == 1 })
		return len(left) == 0, fmt.Sprintf("%d of %d missing or doubled, first %.10q", len(left), len(written), left)
	})
	w.delivered()
	if heard := w.heard(); len(heard) != count {
		t.Errorf("%d texts were told, %d were written", len(heard), count)
	}
}
