package crash_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	_ "modernc.org/sqlite"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
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

// finish waits until everything accepted is on the phone and everything was told.
func (c *chat) finish() {
	c.world.eventually("all accepted messages are on the phone of "+c.number, func() bool {
		return len(c.shown()) >= len(c.accepted)
	})
	all := slices.Concat(c.written, c.accepted)
	c.world.eventually("all messages with "+c.number+" reached the receiver", func() bool {
		var missing []string
		err := c.world.call(c.world.t.Context(), "POST", c.world.told("/missing"), all, "", &missing)
		return err == nil && len(missing) == 0
	})
	c.world.eventually("the gateway knows that all accepted messages were sent", func() bool {
		return c.unsent() == 0
	})
}

// unsent counts our messages of which the gateway does not say that WhatsApp has them.
func (c *chat) unsent() (n int) {
	for offset := 0; ; offset += 500 {
		var page struct {
			Messages []struct{ Status string }
			Total    int
		}
		path := fmt.Sprintf("/messages/list/%s@s.whatsapp.net?from_me=true&count=500&offset=%d", c.number, offset)
		if err := c.world.call(c.world.t.Context(), "GET", c.world.api(path), nil, "", &page); err != nil {
			c.world.t.Fatal(err)
		}
		for _, m := range page.Messages {
			if !slices.Contains([]string{"sent", "delivered", "read"}, m.Status) {
				n++
			}
		}
		if offset+500 >= page.Total {
			if page.Total != len(c.accepted) {
				c.world.t.Errorf("the gateway knows %d messages to %s, %d were accepted", page.Total, c.number, len(c.accepted))
			}
			return n
		}
	}
}

func (w *world) audit(chats []*chat, drained time.Duration) {
	var told report
	if err := w.call(w.t.Context(), "GET", w.told("/report"), nil, "", &told); err != nil {
		w.t.Fatal(err)
	}
	sends, repeats, texts, taps, lost, twice, reordered := 0, 0, 0, 0, 0, 0, 0
	for _, c := range chats {
		sends += len(c.accepted)
		repeats += c.repeats
		texts += len(c.written) - c.taps
		taps += c.taps
		shown := c.shown()
		lost += missing(c.accepted, shown)
		twice += len(shown) - distinct(shown)
		if !slices.Equal(shown, c.accepted) {
			reordered++
			w.t.Errorf("the phone of %s shows %d messages, %d were accepted; first difference at %d", c.number, len(shown), len(c.accepted), firstDifference(shown, c.accepted))
			c.explain(shown, firstDifference(shown, c.accepted))
		}
		reordered += c.inversions(c.written, told.Written) + c.inversions(c.accepted, told.Sent)
	}
	for id, h := range told.Heard {
		if len(h.Events) != 1 {
			w.t.Errorf("message %s was told under %d event ids", id, len(h.Events))
		}
	}
	for _, what := range told.Strange {
		w.t.Errorf("a strange request: %s", what)
	}
	w.integrity()
	w.signatures(told.Signed)
	w.t.Logf("seed %d, %d kills: %d sends (%d repeated), %d texts, %d taps, %d events in %d webhook requests; lost %d, shown twice %d, reordered %d, told again after a 200: %d; drained in %s",
		*seed, *kills, sends, repeats, texts, taps, len(told.Signed), told.Requests, lost, twice, reordered, told.Doubled, drained.Round(time.Millisecond))
}

// inversions counts what was told first out of the order in which it was made.
func (c *chat) inversions(made []string, told map[string][]string) (n int) {
	place := map[string]int{}
	for i, id := range made {
		place[id] = i
	}
	last := -1
	for _, id := range told[c.number+"@s.whatsapp.net"] {
		i, ok := place[id]
		if !ok {
			continue // written while the answer to the test was lost
		}
		if i < last {
			n++
		}
		last = i
	}
	if n > 0 {
		c.world.t.Errorf("%d first attempts of the chat with %s were out of order", n, c.number)
	}
	return n
}

// signatures checks what was signed, by the public library, under the secret that the gateway keeps.
func (w *world) signatures(all map[string]signed) {
	db := w.database("gateway.db")
	defer db.Close()
	var secret string
	if err := db.QueryRow(`select secret from webhook`).Scan(&secret); err != nil {
		w.t.Fatalf("the webhook's secret: %v", err)
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		w.t.Fatal(err)
	}
	for event, s := range all {
		if err := verifier.VerifyIgnoringTimestamp(s.Body, s.Header); err != nil {
			w.t.Errorf("event %s: %v", event, err)
		}
	}
}

// integrity stops the gateway and lets SQLite check its databases.
func (w *world) integrity() {
	w.mu.Lock()
	p := w.gateway
	w.gateway = nil
	w.mu.Unlock()
	if err := p.Stop(); err != nil {
		w.t.Error(err)
	}
	for _, name := range []string{"gateway.db", "whatsmeow.db"} {
		db := w.database(name)
		var verdict string
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			w.t.Errorf("%s: %s, %v", name, verdict, err)
		}
		db.Close()
	}
}

func (w *world) database(name string) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "gateway", name))
	if err != nil {
		w.t.Fatal(err)
	}
	return db
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

// explain shows where the phone differs from what was accepted, and what became of the messages there.
func (c *chat) explain(shown []string, at int) {
	around := func(list []string) []string { return list[max(min(at, len(list))-1, 0):min(at+4, len(list))] }
	c.world.t.Logf("shown    %q", around(shown))
	c.world.t.Logf("accepted %q", around(c.accepted))
	for _, id := range around(c.accepted) {
		var timeline any
		if err := c.world.call(c.world.t.Context(), "GET", c.world.api("/tapgate/messages/"+id+"/timeline"), nil, "", &timeline); err != nil {
			c.world.t.Error(err)
		}
		c.world.t.Logf("%s: %v", id, timeline)
	}
}
