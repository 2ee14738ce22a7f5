package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/webhook"
)

// The wait grows by the channel's delay with each failure, up to the channel's maximum.
func TestRetryUntilSuccess(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500, 404, 503, 302))
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.change(func(s *channel.Settings) { s.BackoffDelay, s.MaxBackoffDelay = 3*time.Second, 10*time.Second })
	ev := d.tell("x")
	for _, want := range []time.Duration{3 * time.Second, 6 * time.Second, 9 * time.Second, 10 * time.Second} {
		if e := d.end("retry"); e.wait != want {
			t.Errorf("next attempt after %v, want %v", e.wait, want)
		}
		if q := r.next(t); q.header.Get(webhook.EventHeader) != string(ev) || q.body != "x" {
			t.Errorf("got %+v", q)
		}
		d.pass(want - time.Millisecond)
		if len(r.got) != 0 {
			t.Error("an attempt came too early")
		}
		d.pass(time.Millisecond)
	}
	r.next(t)
	d.end("delivered")
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"":       3 * time.Second,
		"1":      3 * time.Second, // sooner than the channel would
		"60":     time.Minute,
		"86400":  24 * time.Hour,
		"999999": 24 * time.Hour, // the longest that is granted
		"-5":     3 * time.Second,
		"soon":   3 * time.Second,
		"date":   2 * time.Minute,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			var d *desk
			r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				if header == "date" {
					w.Header().Set("Retry-After", d.clock.Now().Truncate(time.Second).Add(2*time.Minute).Format(http.TimeFormat))
				} else {
					w.Header().Set("Retry-After", header)
				}
				w.WriteHeader(http.StatusTooManyRequests)
			})
			d = newDesk(t, nil, channel.Webhook{URL: r.URL})
			d.tell("x")
			if e := d.end("retry"); e.wait < want-time.Second || e.wait > want {
				t.Errorf("next attempt after %v, want %v", e.wait, want)
			}
		})
	}
}

// First attempts are made in order. A delivery that failed does not hold up those behind it.
func TestFailureLeavesTheLine(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500))
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("1")
	d.end("retry")
	for i := 2; i <= 20; i++ {
		d.tell(fmt.Sprint(i))
	}
	var got []string
	for range 20 {
		got = append(got, r.next(t).body)
		if len(got) > 1 {
			d.end("delivered")
		}
	}
	for i, body := range got {
		if body != fmt.Sprint(i+1) {
			t.Fatalf("order of first attempts: %q", got)
		}
	}
	d.pass(3 * time.Second)
	if q := r.next(t); q.body != "1" {
		t.Errorf("got %q, want the first again", q.body)
	}
	d.end("delivered")
}

func TestGiveUp(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500, 500, 500))
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("x")
	d.end("retry")
	d.pass(3*24*time.Hour - time.Second)
	d.end("retry")
	d.pass(time.Hour)
	d.end("given up")
	d.pass(time.Hour)
	d.tell("next")
	d.end("delivered")
	for _, want := range []string{"x", "x", "x", "next"} {
		if q := r.next(t); q.body != want {
			t.Errorf("got %q, want %q", q.body, want)
		}
	}
}

// A receiver that hangs delays nobody else.
func TestSlowReceiver(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := newReceiver(t, func(_ http.ResponseWriter, q *http.Request) {
		select {
		case <-release:
		case <-q.Context().Done():
		}
	})
	quick := newReceiver(t, nil)
	d := newDesk(t, nil, channel.Webhook{URL: slow.URL}, channel.Webhook{URL: quick.URL})
	for i := range 10 {
		d.tell(fmt.Sprint(i))
	}
	slow.next(t)
	for i := range 10 {
		if q := quick.next(t); q.body != fmt.Sprint(i) {
			t.Errorf("got %q, want %d", q.body, i)
		}
	}
	if len(slow.got) != 0 {
		t.Error("the slow receiver has two requests at a time")
	}
	close(release)
	for range 9 {
		slow.next(t)
	}
}

// What was not confirmed before the process ended is delivered after the next start, as the same
// event, without anything new to wake the service.
func TestRestart(t *testing.T) {
	t.Parallel()
	var hang atomic.Bool
	hang.Store(true)
	r := newReceiver(t, func(_ http.ResponseWriter, q *http.Request) {
		if hang.Load() {
			<-q.Context().Done()
		}
	})
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	want := []string{string(d.tell("1")), string(d.tell("2"))}
	first := r.next(t)
	d.close() // cuts the request off
	if len(d.ends) != 0 {
		t.Errorf("an attempt that we cut off was recorded: %+v", <-d.ends)
	}
	hang.Store(false)
	d.open()
	var got []string
	for range want {
		got = append(got, r.next(t).header.Get(webhook.EventHeader))
		d.end("delivered")
	}
	if !slices.Equal(got, want) || first.header.Get(webhook.EventHeader) != want[0] {
		t.Errorf("delivered %q after %q, want %q", got, first.header.Get(webhook.EventHeader), want)
	}
}

// A success that can't be stored at once is stored later; the receiver is not asked again.
func TestRecordFails(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	d := newDesk(t, func(o *webhook.Options) { o.Store.(*diary).fails = 1 }, channel.Webhook{URL: r.URL})
	d.tell("x")
	d.end("delivered")
	r.next(t)
	if len(r.got) != 0 {
		t.Error("the receiver was asked twice")
	}
}

func TestRemovedWebhook(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500))
	hook := channel.Webhook{URL: r.URL}
	d := newDesk(t, nil, hook)
	d.tell("1")
	d.end("retry")
	r.next(t)
	d.change(func(s *channel.Settings) { s.Webhooks = nil })
	d.end("cancelled")
	if lines, err := d.db.OpenLines(t.Context()); len(lines) != 0 || err != nil {
		t.Errorf("open lines %v, %v", lines, err)
	}
	d.change(func(s *channel.Settings) { s.Webhooks = []channel.Webhook{hook} }) // and back
	d.pass(time.Hour)
	d.tell("2")
	if q := r.next(t); q.body != "2" {
		t.Errorf("got %q, want the second only", q.body)
	}
	d.end("delivered")
}

// A huge backlog is cancelled in steps, and what ends in the middle goes on after the next start.
func TestRemovedWithABacklog(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("first")
	d.end("retry")
	for i := range 1200 {
		d.tell(strconv.Itoa(i))
	}
	d.change(func(s *channel.Settings) { s.Webhooks = nil })
	for steps := 0; steps < 3; {
		select {
		case <-r.got:
		case e := <-d.ends:
			if e.how == "cancelled" {
				steps++
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("cancelled in %d steps, want 3", steps)
		}
	}
	if lines, err := d.db.OpenLines(t.Context()); len(lines) != 0 || err != nil {
		t.Errorf("open lines %v, %v", lines, err)
	}
}

// Deliveries of a webhook that was removed while the process was down are cancelled at the start.
func TestRemovedBeforeStart(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500))
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("1")
	d.end("retry")
	d.close()
	d.settings.Webhooks = nil
	d.open()
	d.end("cancelled")
}

func TestSoftStop(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-release })
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("1")
	d.tell("2")
	r.next(t)
	stopped := make(chan error)
	go func() { stopped <- d.Stop(t.Context()) }()
	close(release)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	d.end("delivered")
	for range 2 { // again, and on top of each other
		if err := d.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := d.Start(t.Context()); err == nil {
		t.Error("a stopped service starts again")
	}
}

func TestHardStop(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("1")
	r.next(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop: %v", err)
	}
}

func TestStopWithoutStart(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	never, err := webhook.New(webhook.Options{Store: d.db, Settings: d.now, Render: func(event.Event, id.User) ([]byte, error) { return nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := never.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := webhook.New(webhook.Options{}); err == nil {
		t.Error("a service without its parts")
	}
}
