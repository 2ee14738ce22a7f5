package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/netguard"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/webhook"
)

var allDeliveries = store.DeliveryQuery{Limit: 100}

// BenchmarkDeliver works off deliveries that wait in a file, to a real receiver: so many a second. An
// attempt per transaction is what group commit is compared with.
func BenchmarkDeliver(b *testing.B) {
	for _, c := range []struct {
		name                    string
		hooks, chats, perCommit int
	}{
		{"1 webhook, 1 chat", 1, 1, 0},
		{"1 webhook, 64 chats", 1, 64, 0},
		{"1 webhook, 64 chats, one attempt per commit", 1, 64, 1},
		{"10 webhooks, 64 chats", 10, 64, 0},
		{"10 webhooks, 64 chats, one attempt per commit", 10, 64, 1},
	} {
		b.Run(c.name, func(b *testing.B) { deliver(b, c.hooks, c.chats, c.perCommit) })
	}
}

func deliver(b *testing.B, hooks, chats, perCommit int) {
	r := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer r.Close()
	settings := channel.DefaultSettings()
	for i := range hooks {
		settings.Webhooks = append(settings.Webhooks, channel.Webhook{URL: fmt.Sprint(r.URL, "/", i)})
	}
	db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "gateway.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c := channel.Channel{ID: mantis, CreatedAt: time.Now(), Settings: settings}
	if err := db.AddChannel(b.Context(), c, store.TokenHash{1}); err != nil {
		b.Fatal(err)
	}
	ends := make(chan end, b.N+hooks)
	transport := netguard.Transport(netguard.Options{AllowLoopback: true})
	transport.MaxIdleConnsPerHost = 256
	s, err := webhook.New(webhook.Options{
		Store: &diary{Store: db, ends: ends}, Transport: transport, Batch: perCommit,
		Settings: func(ctx context.Context, ch id.Channel) (channel.Settings, error) {
			c, err := db.Channel(ctx, ch)
			return c.Settings, err
		},
		Render: func(event.Event, id.User) ([]byte, error) { return make([]byte, 600), nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < b.N; i += hooks {
		rec, err := s.Plan(event.Event{ID: id.NewEvent(), Channel: mantis, At: time.Now(), Payload: event.MessageReceived{Message: message.Message{
			ID: id.Message{Stanza: "3A0102030405060708FF", Chat: id.User(strconv.Itoa(61371989950 + i%chats)).Private()},
		}}}, c)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Tell(b.Context(), rec); err != nil {
			b.Fatal(err)
		}
	}
	before := db.Stats().Commits
	b.ResetTimer()
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < b.N; i += hooks {
		for range hooks {
			<-ends
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(db.Stats().Commits-before)/float64(b.N), "commits/delivery")
	if err := s.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
}
