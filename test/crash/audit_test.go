package crash_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"time"

	_ "modernc.org/sqlite"
)

// shown lists the ids of our messages as they stand on the customer's phone.
func (c *chat) shown() []string {
	var messages []struct {
		ID     string `json:"id"`
		FromMe bool   `json:"from_me"`
		Drawn  bool   `json:"drawn"`
	}
	if err := c.world.call(c.world.t.Context(), "GET", c.world.sandbox("/customers/"+c.number+"/messages"), nil, "", &messages); err != nil {
		c.world.t.Fatal(err)
	}
	var ids []string
	for _, m := range messages {
		if !m.FromMe {
			ids = append(ids, m.ID)
			if !m.Drawn {
				c.world.t.Errorf("%s is on the phone of %s but not drawn", m.ID, c.number)
			}
		}
	}
	return ids
}

// finish waits until everything accepted is on the phone and everything written was told.
func (c *chat) finish() {
	c.world.eventually("all accepted messages are on the phone of "+c.number, func() bool {
		return len(c.shown()) >= len(c.accepted)
	})
	c.world.eventually("all messages of "+c.number+" reached the receiver", func() bool {
		return !slices.ContainsFunc(c.written, func(id string) bool { return !c.world.receiver.has(id) })
	})
}

func (w *world) audit(chats []*chat, drained time.Duration) {
	sends, texts, taps, lost, twice, reordered := 0, 0, 0, 0, 0, 0
	for _, c := range chats {
		sends += len(c.accepted)
		texts += len(c.written) - c.taps
		taps += c.taps
		shown := c.shown()
		lost += missing(c.accepted, shown)
		twice += len(shown) - distinct(shown)
		if !slices.Equal(shown, c.accepted) {
			w.t.Errorf("the phone of %s shows %d messages, %d were accepted; first difference at %d", c.number, len(shown), len(c.accepted), firstDifference(shown, c.accepted))
		}
		reordered += c.auditOrder()
	}
	w.receiver.mu.Lock()
	for id, h := range w.receiver.heard {
		if len(h.events) != 1 {
			w.t.Errorf("message %s was told under %d event ids", id, len(h.events))
		}
	}
	requests, doubled := w.receiver.requests, w.receiver.doubled
	w.receiver.mu.Unlock()
	w.integrity()
	w.t.Logf("seed %d, %d kills: %d sends, %d texts, %d taps, %d webhook requests; lost %d, shown twice %d, reordered %d, told again after a 200: %d; drained in %s",
		*seed, *kills, sends, texts, taps, requests, lost, twice, reordered, doubled, drained.Round(time.Millisecond))
}

// auditOrder checks that the customer's messages were first told in the order of their writing.
func (c *chat) auditOrder() (inversions int) {
	place := map[string]int{}
	for i, id := range c.written {
		place[id] = i
	}
	last := -1
	c.world.receiver.mu.Lock()
	defer c.world.receiver.mu.Unlock()
	for _, id := range c.world.receiver.order[c.number+"@s.whatsapp.net"] {
		i, ok := place[id]
		if !ok {
			continue // written while the answer to the test was lost
		}
		if i < last {
			inversions++
		}
		last = i
	}
	if inversions > 0 {
		c.world.t.Errorf("%d first attempts of the chat with %s were out of order", inversions, c.number)
	}
	return inversions
}

// integrity stops the gateway and lets SQLite check its databases.
func (w *world) integrity() {
	w.mu.Lock()
	p := w.gateway
	w.gateway = nil
	w.mu.Unlock()
	if err := p.stop(); err != nil {
		w.t.Error(err)
	}
	for _, name := range []string{"gateway.db", "whatsmeow.db"} {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "gateway", name))
		if err != nil {
			w.t.Fatal(err)
		}
		var verdict string
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			w.t.Errorf("%s: %s, %v", name, verdict, err)
		}
		db.Close()
	}
}

// missing counts what of want is not in got.
func missing(want, got []string) (n int) {
	for _, id := range want {
		if !slices.Contains(got, id) {
			n++
		}
	}
	return n
}

func distinct(ids []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(ids))))
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
