package meow_test

import (
	"fmt"
	"sync"
	"testing"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/backend/meow"
	"tapgate/internal/id"
	"tapgate/internal/sandbox/phone"
)

// A phone that loses its sessions in the middle of a burst asks for many messages while more are
// being sent. Encrypting an answer beside a send would use a Signal counter twice, and the phone
// would drop one of the two in silence.
func TestNothingIsLostInABurst(t *testing.T) { eachLayer(t, burst) }

func burst(t *testing.T, layers meow.Layers) {
	w := newWorld(t)
	w.layers = layers
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	var all []backend.Envelope
	for i := range 60 {
		if i == 20 {
			wipe(t, customer)
		}
		all = append(all, line.Post(t, backendtest.Text(id.User(jonathan), fmt.Sprint("message ", i))))
	}
	for i, e := range all {
		await(t, w, customer, e)
		if m := read(t, customer, e); m.Body != fmt.Sprint("message ", i) {
			t.Errorf("message %d reads %q", i, m.Body)
		}
	}
}

// Decryption and encryption in one chat work on the same Signal session.
func TestNothingIsLostBothWaysAtOnce(t *testing.T) { eachLayer(t, bothWays) }

func bothWays(t *testing.T, layers meow.Layers) {
	const count = 100
	w := newWorld(t)
	w.layers = layers
	line := w.pair(t)
	customer := w.customer(t, jonathan, "")
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range count {
			if _, err := customer.Send(backendtest.Context(t), phone.Compose{To: business, Text: fmt.Sprint("in ", i)}); err != nil {
				t.Error(err)
			}
		}
	})
	var all []backend.Envelope
	for i := range count {
		all = append(all, line.Post(t, backendtest.Text(id.User(jonathan), fmt.Sprint("out ", i))))
	}
	writing.Wait()
	for _, e := range all {
		await(t, w, customer, e)
	}
	seen := map[id.Message]bool{}
	for _, m := range line.Sink.AwaitMessages(t, count) {
		seen[m.ID] = true
	}
	if len(seen) != count {
		t.Errorf("%d messages arrived, want %d", len(seen), count)
	}
}
