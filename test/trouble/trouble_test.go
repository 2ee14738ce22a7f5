package trouble_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tapgate/test/process"
)

var (
	channels = flag.Int("channels", 56, "how many channels there are")
	ill      = flag.Int("ill", 14, "how many of them get into trouble")
	seed     = flag.Uint64("seed", 1, "seed of all random decisions of the test")
	rounds   = flag.Int("rounds", 5, "how many messages each healthy channel sends before, and at least during the trouble")
	pace     = flag.Duration("pace", 200*time.Millisecond, "mean pause of a channel between two messages")
	patient  = flag.Bool("patient", false, "also wait for what WhatsApp's silence and a taken session lead to, which takes minutes")
)

func TestTrouble(t *testing.T) {
	if testing.Short() {
		t.Skip("many channels as processes: not with -short")
	}
	t.Logf("seed %d: %d channels, %d of them ill", *seed, *channels, *ill)
	w := newWorld(t)
	shops := w.open(*channels)
	random := rand.New(rand.NewPCG(*seed, 1))
	random.Shuffle(len(shops), func(i, j int) { shops[i], shops[j] = shops[j], shops[i] })
	sick, well := shops[:*ill], shops[*ill:]
	paired := w.memory()

	w.trade(shops, func(i int) bool { return i < 1 }) // the first message of a pair costs more
	w.trade(shops, func(i int) bool { return i < *rounds })
	before := latencies(well)
	for _, s := range well {
		s.since = s.cursor()
	}

	over := make(chan struct{})
	var wards sync.WaitGroup
	for i, s := range sick {
		s.fate = fates[i%len(fates)] // each once, then by chance
		if i >= len(fates) {
			s.fate = fates[random.IntN(len(fates))]
		}
		wards.Go(func() { s.suffer(over) })
	}
	began := time.Now()
	w.trade(well, func(i int) bool { return i < *rounds || !enough(began) })
	during := latencies(well)
	close(over)
	wards.Wait()
	for _, s := range sick {
		s.diagnosed()
	}

	w.heard(shops)
	w.undisturbed(well)
	peak := w.memory()
	w.restart()
	for _, s := range shops {
		s.becomes("connected", "")
	}
	for _, s := range sick {
		s.settle()
	}
	w.trade(sick, func(i int) bool { return i < 1 })
	w.delivered(shops)
	w.heard(shops)

	hits, refusals := 0, 0
	for _, s := range sick {
		hits += s.hits
		refusals += s.refusals
	}
	t.Logf("before: %s", before)
	t.Logf("during %d troubles of %d channels in %s: %s", hits, len(sick), time.Since(began).Round(time.Second), during)
	t.Logf("memory of the gateway: %d MiB when all were paired, %d MiB after the trouble; the ill were refused %d sends",
		paired>>20, peak>>20, refusals)
}

// enough says that the trouble has lasted: long enough for a connection that died to be noticed, where
// that is waited for.
func enough(began time.Time) bool { return !*patient || time.Since(began) > 90*time.Second }

// trade lets channels send, and their customers press, each until its next message is not wanted.
func (w *world) trade(shops []*shop, wanted func(sent int) bool) {
	w.t.Helper()
	var all sync.WaitGroup
	for _, s := range shops {
		s.took = nil
		all.Go(func() {
			for i := 0; wanted(i); i++ {
				pause(nil, time.Duration(s.random.Int64N(int64(2**pace))))
				s.round()
			}
		})
	}
	all.Wait()
	if w.t.Failed() {
		w.t.FailNow()
	}
}

// round sends a message with a button, which must be sent, and lets the customer press it.
func (s *shop) round() {
	began := time.Now()
	id, status, err := s.send()
	if err != nil || status != "sent" {
		s.t.Errorf("%s: a send was answered with status %q, %v", s, status, err)
		return
	}
	s.took = append(s.took, time.Since(began))
	var tap struct{ ID string }
	press := map[string]any{"message_id": id, "button": 0}
	deadline := time.Now().Add(process.Patience)
	for {
		err := s.operator.Call(s.t.Context(), "POST", s.sandbox("/customers/"+s.customer+"/tap"), press, "", &tap)
		if err == nil {
			s.taps = append(s.taps, tap.ID)
			return
		}
		if time.Now().After(deadline) { // the phone shows it after WhatsApp's ack
			s.t.Errorf("%s: the button of %s can't be pressed: %v", s, id, err)
			return
		}
		pause(nil, 20*time.Millisecond)
	}
}

// send sends the next message.
func (s *shop) send() (id, status string, err error) {
	s.sends++
	return s.repeat(s.t.Context(), s.sends)
}

// repeat sends the n-th message, or asks for what became of it, and remembers it when it was accepted.
func (s *shop) repeat(ctx context.Context, n int) (id, status string, err error) {
	var answer struct{ Message struct{ ID, Status string } }
	err = s.operator.Call(ctx, "POST", s.api("/messages/interactive"), map[string]any{
		"to": s.customer, "type": "button", "body": map[string]any{"text": fmt.Sprintf("%s offers %d", s.number, n)},
		"action": map[string]any{"buttons": []any{map[string]any{"type": "quick_reply", "title": "Take it", "id": "take"}}},
	}, fmt.Sprint("offer-", n), &answer)
	if err == nil {
		s.accepted = append(s.accepted, answer.Message.ID)
	}
	return answer.Message.ID, answer.Message.Status, err
}

// pause waits for d, and reports false when done is closed before that.
func pause(done <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-done:
		return false
	}
}
