package trouble_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tapgate/test/process"
)

// undisturbed checks that healthy channels have not changed their state, and that nothing bad was logged
// of them.
func (w *world) undisturbed(well []*shop) {
	w.t.Helper()
	ids := map[string]bool{}
	for _, s := range well {
		ids[s.id] = true
		for after := s.since; ; {
			var page struct {
				Events []struct {
					Type string
					Body any
				}
				Next string
			}
			if err := w.operator.Call(w.t.Context(), "GET", w.api("/tapgate/events?limit=500&after="+after+"&channel="+s.id), nil, "", &page); err != nil {
				w.t.Fatal(err)
			}
			for _, e := range page.Events {
				if e.Type == "channel" || e.Type == "users" {
					w.t.Errorf("%s has left its state: %v", s, e.Body)
				}
			}
			if len(page.Events) == 0 || page.Next == after {
				break
			}
			after = page.Next
		}
	}
	for _, line := range append(w.logged(`"level":"ERROR"`), w.logged("panic:")...) {
		w.t.Errorf("the gateway logged: %s", line)
	}
	for _, line := range w.logged(`"level":"WARN"`) {
		var of struct{ Channel string }
		if err := json.Unmarshal([]byte(line), &of); err != nil || ids[of.Channel] {
			w.t.Errorf("of a healthy channel the gateway logged: %s, %v", line, err)
		}
	}
}

// heard checks that each tap was told, once.
func (w *world) heard(shops []*shop) {
	w.t.Helper()
	for _, s := range shops {
		process.Eventually(w.t, fmt.Sprintf("all taps reached the webhook of %s", s), func() bool {
			told := s.told()
			return !slices.ContainsFunc(s.taps, func(id string) bool { return told[id] == 0 })
		})
		for id, n := range s.told() {
			if n != 1 || !slices.Contains(s.taps, id) {
				w.t.Errorf("%s: %s was told %d times; its customer has pressed %d times", s, id, n, len(s.taps))
			}
		}
	}
}

// delivered checks that everything accepted is on the phones once, or failed as it was said.
func (w *world) delivered(shops []*shop) {
	w.t.Helper()
	shown := map[string]int{}
	look := func() {
		clear(shown)
		for _, number := range w.customers {
			var messages []struct {
				ID     string `json:"id"`
				FromMe bool   `json:"from_me"`
			}
			if err := w.operator.Call(w.t.Context(), "GET", w.sandbox("/customers/"+number+"/messages"), nil, "", &messages); err != nil {
				w.t.Fatal(err)
			}
			for _, m := range messages {
				if !m.FromMe {
					shown[m.ID]++
				}
			}
		}
	}
	for _, s := range shops {
		kept := s.accepted
		if s.fate.state == "unpaired" { // what waited when it was unlinked has failed, and says so
			kept = slices.DeleteFunc(slices.Clone(kept), s.failed)
		}
		process.Eventually(w.t, fmt.Sprintf("all that %s was to send is on the phone", s), func() bool {
			if slices.ContainsFunc(kept, func(id string) bool { return shown[id] == 0 }) {
				look()
			}
			return !slices.ContainsFunc(kept, func(id string) bool { return shown[id] == 0 })
		})
		for _, id := range s.accepted {
			if shown[id] > 1 {
				w.t.Errorf("%s: %s is on the phone %d times", s, id, shown[id])
			}
		}
	}
}

// failed reports whether the gateway says that a message has failed.
func (s *shop) failed(id string) bool {
	var m struct{ Status string }
	s.must("GET", s.api("/messages/"+id), nil, &m)
	return m.Status == "failed"
}

// figures of how long sends took.
type figures struct {
	sends         int
	p50, p99, max time.Duration
}

func (f figures) String() string {
	return fmt.Sprintf("%d sends of healthy channels, each sent, p50 %s, p99 %s, at most %s", f.sends,
		f.p50.Round(100*time.Microsecond), f.p99.Round(100*time.Microsecond), f.max.Round(100*time.Microsecond))
}

func latencies(shops []*shop) figures {
	var all []time.Duration
	for _, s := range shops {
		all = append(all, s.took...)
	}
	slices.Sort(all)
	at := func(q float64) time.Duration { return all[int(q*float64(len(all)-1))] }
	return figures{len(all), at(0.5), at(0.99), at(1)}
}
