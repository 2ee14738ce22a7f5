package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/message"
)

// Ten a minute leave six seconds apart, give or take a half, in their order; what does not find room
// behind them is told to come back.
func TestPace(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { o.AckWait, o.MaxQueue = -1, 4 }, func(t *testing.T, h *house) {
		_, _, err := h.UpdateSettings(t.Context(), mantis, func(s channel.Settings) (channel.Settings, error) {
			s.Pace = channel.Pace{PerMinute: 10, Jitter: 0.5}
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h.say("0")
		h.settle(0)
		for i := 1; i <= 4; i++ {
			h.say(fmt.Sprint(i))
		}
		_, err = h.send(message.Text{Body: "no room"})
		if f := fault.Of(err); f.Kind != fault.Busy || f.RetryAfter <= 0 {
			t.Errorf("the fifth that waits: %v, try again after %s", err, f.RetryAfter)
		}
		for i := 1; i <= 4; i++ {
			before := time.Now()
			for len(h.net.attempts()) == i {
				h.settle(100 * time.Millisecond)
			}
			if waited := time.Since(before); waited < 2500*time.Millisecond || waited > 9500*time.Millisecond {
				t.Errorf("message %d left after %s", i, waited)
			}
		}
		if got := fmt.Sprint(h.net.bodies()); got != "[0 1 2 3 4]" {
			t.Errorf("left %s", got)
		}
	})
}

// A pace that is lifted holds back nobody any more.
func TestPaceLifted(t *testing.T) {
	inHouse(t, func(o *gateway.Options) { o.AckWait = -1 }, func(t *testing.T, h *house) {
		set := func(n float64) {
			_, _, err := h.UpdateSettings(t.Context(), mantis, func(s channel.Settings) (channel.Settings, error) {
				s.Pace.PerMinute = n
				return s, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set(0.01)
		h.say("first")
		h.say("second")
		h.settle(time.Minute)
		if n := len(h.net.attempts()); n != 1 {
			t.Fatalf("%d left", n)
		}
		set(0)
		h.settle(0)
		if n := len(h.net.attempts()); n != 2 {
			t.Errorf("%d left after the pace was lifted", n)
		}
	})
}
