package webhook_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/webhook"
)

func one() []channel.Webhook { return []channel.Webhook{{URL: "http://one.example/hook"}} }

// An event that its receiver never takes, though it takes others: ten pauses by the settings, then
// those of the ladder, and after three days it is dead. It is kept for a week at least and then swept.
func TestScheduleOfPoison(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(func(q hit) (int, http.Header) {
			if q.body == "poison" {
				return 500, nil
			}
			return 200, nil
		})
		v.told(1, "poison")
		var at []time.Duration
		for range 5 * 24 * 60 {
			for _, q := range v.taken() {
				if q.body == "poison" {
					at = append(at, q.at)
					v.told(2, "fine") // the webhook works
				}
			}
			step := time.Minute
			if len(at) < 12 {
				step = time.Second
			}
			v.pass(step)
		}
		var pauses []time.Duration
		for i := range at[1:] {
			pauses = append(pauses, at[i+1]-at[i])
		}
		want := []time.Duration{3, 6, 9, 12, 15, 18, 21, 24, 27, 30}
		for i, w := range want {
			if got := pauses[i]; got < w*time.Second || got > w*time.Second+time.Second {
				t.Errorf("pause %d lasted %v, want %v s", i+1, got, int(w))
			}
		}
		ladder := []float64{5, 10, 30, 60, 120, 240, 480, 720, 1200, 1440} // minutes
		jittered := false
		for i, got := range pauses[len(want):] {
			w := ladder[min(i, len(ladder)-1)]
			if m := got.Minutes(); m < 0.8*w-0.1 || m > 1.2*w+1.1 {
				t.Errorf("pause %d lasted %v, want %v min, a fifth more or less", len(want)+i+1, got, w)
			} else if m < w-1 || m > w+2 {
				jittered = true
			}
		}
		if last := at[len(at)-1]; !jittered || last < 72*time.Hour || last > 101*time.Hour {
			t.Errorf("%d attempts, the last after %v; jitter %v", len(at), last, jittered)
		}
		list, _, err := v.Deliveries(t.Context(), mantis, store.DeliveryQuery{State: store.Dead, Limit: 10})
		if err != nil || len(list) != 1 || list[0].Attempts != len(at) {
			t.Fatalf("dead letters %+v, %v", list, err)
		}
		v.pass(7 * 24 * time.Hour)
		if _, attempts, err := v.Delivery(t.Context(), mantis, list[0].ID); err != nil || len(attempts) != len(at) {
			t.Errorf("a week later: %d attempts, %v", len(attempts), err)
		}
		v.pass(8 * 24 * time.Hour)
		if _, _, err := v.Delivery(t.Context(), mantis, list[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after two weeks: %v", err)
		}
		if events, missed, err := v.Events(t.Context(), mantis, 1, 10); err != nil || len(events) != 0 || !missed {
			t.Errorf("%d events are left, missed %v, %v", len(events), missed, err)
		}
	})
}

// A receiver that is down is probed, and told everything when it is back: in order in each chat, with
// the same ids, and each event as often as it was asked about it.
func TestBreaker(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(always(503))
		for i := range 40 {
			v.told(i%8, fmt.Sprint(i))
		}
		v.pass(20 * time.Second)
		first := v.taken()
		h := v.health()
		if len(first) < 10 || len(first) > 17 || h.Breaker != webhook.Open || h.Pending != 40 || h.Failures != len(first) || h.FailingSince.IsZero() {
			t.Errorf("%d requests until it counts as down: %+v", len(first), h)
		}
		down := first[len(first)-1].at
		for i, want := range []time.Duration{30, 60, 120, 240, 300, 300, 300} {
			v.pass(want * time.Second)
			got := v.taken()
			if len(got) != 1 || (got[0].at-down-want*time.Second).Abs() > 21*time.Second {
				t.Errorf("probe %d: %d requests %v after the one before, want one after %d s", i+1, len(got), got[0].at-down, want)
			}
			down = got[0].at
		}
		// it is down for two days; new events lose nothing by it
		v.told(9, "40")
		v.pass(48 * time.Hour)
		if n := len(v.taken()); n < 570 || n > 577 {
			t.Errorf("%d probes in two days, want one every 5 minutes", n)
		}
		v.stop() // the next process remembers
		v.start()
		v.pass(4 * time.Minute)
		if n := len(v.taken()); n > 1 {
			t.Errorf("%d requests after a restart", n)
		}
		v.now(nil)
		v.pass(5*time.Minute + 3*time.Second)
		got := v.taken()
		last, seen := map[int]int{}, map[string]bool{}
		for _, q := range got {
			var n int
			fmt.Sscan(q.body, &n)
			if seen[q.id] {
				t.Errorf("%s came twice", q.body)
			}
			seen[q.id] = true
			if chat := n % 8; n < 40 && n > 7 && last[chat] > n {
				t.Errorf("chat %d: %d after %d", chat, n, last[chat])
			} else if n < 40 {
				last[chat] = n
			}
		}
		if len(seen) != 41 {
			t.Errorf("%d of 41 events came when it was back", len(seen))
		}
		v.wantStates(map[store.DeliveryState]int{store.Delivered: 41})
		if h := v.health(); h.Breaker != webhook.Closed || h.Failures != 0 || h.Pending != 0 || h.LastSuccess.IsZero() {
			t.Errorf("%+v", h)
		}
	})
}

// What a webhook that is down can't be told within a week is dead, visible, and can be told later.
func TestDownForDays(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(always(500))
		for i := range 30 {
			v.told(i, fmt.Sprint(i))
		}
		v.pass(7*24*time.Hour + 2*time.Hour)
		v.wantStates(map[store.DeliveryState]int{store.Dead: 30})
		v.taken()
		v.now(nil)
		made, next, err := v.Replay(t.Context(), mantis, webhook.Replay{State: store.Dead})
		if made != 30 || next != 0 || err != nil {
			t.Fatalf("replayed %d, %d, %v", made, next, err)
		}
		v.pass(time.Second)
		var bodies []string
		for _, q := range v.taken() {
			bodies = append(bodies, q.body)
		}
		slices.Sort(bodies)
		if len(slices.Compact(bodies)) != 30 {
			t.Errorf("told %q", bodies)
		}
		v.wantStates(map[store.DeliveryState]int{store.Dead: 30, store.Delivered: 30})
	})
}

// An event that is older than its webhook wants is not told, and the log says so.
func TestMaxAge(t *testing.T) {
	hooks := one()
	hooks[0].MaxAge = time.Minute
	inVirtualTime(t, hooks, func(t *testing.T, v *virtual) {
		v.now(always(500))
		v.told(1, "old")
		v.pass(59 * time.Second)
		if n := len(v.taken()); n < 4 {
			t.Errorf("%d attempts while it was young", n)
		}
		v.pass(30 * time.Second)
		v.wantStates(map[store.DeliveryState]int{store.Expired: 1})
		v.now(nil)
		v.pass(24 * time.Hour)
		if got := v.taken(); len(got) > 0 && got[0].at >= time.Minute {
			t.Errorf("told after %v", got[0].at)
		}
		v.told(1, "new")
		v.pass(time.Second)
		if got := v.taken(); len(got) != 1 || got[0].body != "new" {
			t.Errorf("told %+v", got)
		}
		v.wantStates(map[store.DeliveryState]int{store.Expired: 1, store.Delivered: 1})
	})
}

// While a webhook is down, too, its events expire, without an attempt.
func TestMaxAgeWhileDown(t *testing.T) {
	hooks := one()
	hooks[0].MaxAge = 10 * time.Minute
	inVirtualTime(t, hooks, func(t *testing.T, v *virtual) {
		v.now(always(500))
		for i := range 20 {
			v.told(i, "x")
		}
		v.pass(10*time.Minute + 30*time.Second)
		v.wantStates(map[store.DeliveryState]int{store.Expired: 20})
	})
}

// A receiver that asks to be left alone is, by all chats.
func TestRetryAfterPauses(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(func(hit) (int, http.Header) { return 429, http.Header{"Retry-After": {"60"}} })
		v.told(1, "1")
		v.pass(time.Second)
		v.now(nil)
		v.taken()
		v.told(2, "2")
		v.pass(58 * time.Second)
		if got := v.taken(); len(got) != 0 {
			t.Errorf("asked while it wanted peace: %+v", got)
		}
		v.pass(2 * time.Second)
		if got := v.taken(); len(got) != 2 {
			t.Errorf("told %+v, want both", got)
		}
	})
}

// Chats are told side by side, one request each, and a webhook gets 8 at the same time.
func TestSideBySide(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		slow := func(hit) (int, http.Header) {
			<-time.After(time.Second)
			return 200, nil
		}
		v.now(slow)
		for i := range 36 { // 12 chats, three events each
			v.told(i%12, fmt.Sprintf("%02d", i))
		}
		v.pass(10 * time.Second)
		perSecond, last := map[int]int{}, map[string]string{}
		for _, q := range v.taken() {
			perSecond[int(q.at.Round(time.Second).Seconds())]++
			n, err := strconv.Atoi(q.body)
			if err != nil {
				t.Fatal(err)
			}
			chat := fmt.Sprint(n % 12)
			if q.body <= last[chat] {
				t.Errorf("chat %s: %s after %s", chat, q.body, last[chat])
			}
			last[chat] = q.body
		}
		if perSecond[0] != 8 || len(perSecond) > 6 {
			t.Errorf("requests in each second: %v", perSecond)
		}
		v.wantStates(map[store.DeliveryState]int{store.Delivered: 36})
	})
}

// A long line of one chat does not keep others waiting.
func TestLongChat(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(func(hit) (int, http.Header) {
			<-time.After(time.Second)
			return 200, nil
		})
		for i := range 700 {
			v.told(1, fmt.Sprint(i))
		}
		v.told(2, "other")
		v.pass(3 * time.Second)
		if !slices.ContainsFunc(v.taken(), func(q hit) bool { return q.body == "other" }) {
			t.Error("the other chat waits")
		}
	})
}

// Receivers that hang take no more than their share.
func TestHangingReceivers(t *testing.T) {
	var hooks []channel.Webhook
	for i := range 30 {
		hooks = append(hooks, channel.Webhook{URL: fmt.Sprintf("http://hangs-%d.example/", i)})
	}
	hooks = append(hooks, channel.Webhook{URL: "http://quick.example/"})
	inVirtualTime(t, hooks, func(t *testing.T, v *virtual) {
		v.now(func(q hit) (int, http.Header) {
			if q.host != "quick.example" {
				<-v.ended
			}
			return 200, nil
		})
		for i := range 20 {
			v.told(i, fmt.Sprint(i))
		}
		v.pass(time.Millisecond)
		quick := 0
		for _, q := range v.taken() {
			if q.host == "quick.example" {
				quick++
			}
		}
		if quick == 0 {
			t.Error("the quick one waits for those that hang")
		}
		v.pass(5 * time.Minute)
		list, err := v.Webhooks(t.Context(), mantis)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range list {
			if hangs := h.Webhook.URL != "http://quick.example/"; hangs != (h.Breaker == webhook.Open) || !hangs && h.Pending > 0 {
				t.Errorf("%s: %s, %d wait", h.Webhook.URL, h.Breaker, h.Pending)
			}
		}
	})
}

// A clock that was ahead for a while does not postpone deliveries for good.
func TestClockWasAhead(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		v.now(always(500))
		v.told(1, "x")
		v.pass(time.Second)
		v.stop()
		list, _, err := v.Deliveries(t.Context(), mantis, store.DeliveryQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		late := store.Attempted{Delivery: list[0].ID, State: store.Open, Next: time.Now().AddDate(5, 0, 0)}
		if err := v.db.Settle(t.Context(), []store.Attempted{late}, nil); err != nil {
			t.Fatal(err)
		}
		v.now(nil)
		v.taken()
		v.start()
		v.pass(time.Second)
		if len(v.taken()) != 1 {
			t.Error("it waits for years")
		}
	})
}

// A row that got there without a word, as after a webhook was removed and came back, is found.
func TestSilentRow(t *testing.T) {
	inVirtualTime(t, one(), func(t *testing.T, v *virtual) {
		r := store.Record{
			Event: id.NewEvent(), Channel: mantis, Type: "messages", Method: "post", At: time.Now(), Order: "x", Body: []byte("silent"),
			Webhooks: []string{webhook.Key(one()[0])},
		}
		if err := v.db.Tell(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		v.pass(time.Hour + time.Second)
		if got := v.taken(); len(got) != 1 {
			t.Errorf("told %+v", got)
		}
	})
}
