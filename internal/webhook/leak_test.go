package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick is a transport that answers 200 without a network.
type quick struct{}

func (quick) RoundTrip(q *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: q}, nil
}

// A thousand webhooks that have been told something and have nothing more to be told cost no goroutine.
func TestIdleLinesHaveNoGoroutines(t *testing.T) {
	db, err := sqlite.Open(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	hooks := []channel.Webhook{{URL: "http://a.example"}, {URL: "http://b.example"}}
	ends := make(chan end, 5000)
	s, err := webhook.New(webhook.Options{
		Store: &diary{Store: db, ends: ends},
		Settings: func(context.Context, id.Channel) (channel.Settings, error) {
			return channel.Settings{Webhooks: hooks}, nil
		},
		Render:    func(ev event.Event, _ id.User) ([]byte, error) { return []byte(text(ev)), nil },
		Transport: quick{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	const channels = 500
	for i := range channels {
		ch := id.Channel(fmt.Sprintf("HERON-%05d", i))
		c := channel.Channel{ID: ch, CreatedAt: time.Now(), Settings: channel.Settings{Webhooks: hooks}}
		if err := db.AddChannel(t.Context(), c, store.TokenHash{byte(i), byte(i >> 8), 1}); err != nil {
			t.Fatal(err)
		}
		rec, err := s.Plan(event.Event{ID: id.NewEvent(), Channel: ch, At: time.Now(), Payload: received("x")}, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Tell(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		s.Wake(ch)
	}
	for range channels * len(hooks) {
		select {
		case <-ends:
		case <-time.After(30 * time.Second):
			t.Fatal("not all were told")
		}
	}
	// the service goes on running; the lines come to rest by themselves
	buf := make([]byte, 8<<20)
	late := time.After(30 * time.Second)
	for lines := -1; lines != 0; {
		lines = strings.Count(string(buf[:runtime.Stack(buf, true)]), "(*line).run(")
		select {
		case <-late:
			t.Fatalf("%d lines have a goroutine and nothing to do", lines)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if now := runtime.NumGoroutine(); now > before+5 {
		t.Errorf("%d goroutines, %d before", now, before)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
