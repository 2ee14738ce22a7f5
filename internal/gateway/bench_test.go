package gateway_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store/sqlite"
)

// BenchmarkSend measures what the gateway adds to a network that acknowledges at once: two durable
// transactions a message, shared by whoever sends at the same time.
func BenchmarkSend(b *testing.B) {
	for _, channels := range []int{1, 10} {
		b.Run(fmt.Sprintf("channels=%d", channels), func(b *testing.B) {
			net := newNetwork()
			db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "gateway.db")})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			g, err := gateway.New(gateway.Options{Store: db, Backend: net, Planner: &planner{}})
			if err != nil {
				b.Fatal(err)
			}
			if err := g.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			defer g.Stop(b.Context())
			var ids []id.Channel
			for range channels {
				ids = append(ids, paired(b, g, net))
			}
			var n atomic.Int64
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ch := ids[int(n.Add(1))%channels]
					m, err := g.Send(b.Context(), ch, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "hello"}})
					if err != nil || m.Status != message.Sent {
						b.Errorf("%s, %v", m.Status, err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

// BenchmarkPickUp measures from the call of Send to the moment at which the network is handed the
// message: it is durable then, and so that is the least a message waits.
func BenchmarkPickUp(b *testing.B) {
	net := newNetwork()
	var picked time.Time
	net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) {
		picked = time.Now()
		return ack()
	}
	db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "gateway.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	g, err := gateway.New(gateway.Options{Store: db, Backend: net, Planner: &planner{}})
	if err != nil {
		b.Fatal(err)
	}
	if err := g.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer g.Stop(b.Context())
	c := paired(b, g, net)
	var waits []time.Duration
	for b.Loop() {
		began := time.Now()
		if m, err := g.Send(b.Context(), c, gateway.Draft{To: theirs.Private(), Content: message.Text{Body: "hello"}}); err != nil || m.Status != message.Sent {
			b.Fatal(m.Status, err)
		}
		waits = append(waits, picked.Sub(began))
	}
	slices.Sort(waits)
	b.ReportMetric(waits[len(waits)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(waits[len(waits)*99/100].Seconds()*1000, "p99-ms")
}

// paired adds a channel that is paired and connected.
func paired(b *testing.B, g *gateway.Gateway, net *network) id.Channel {
	b.Helper()
	c, _, err := g.AddChannel(b.Context(), gateway.NewChannel{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := g.Login(b.Context(), c.ID); err != nil {
		b.Fatal(err)
	}
	if err := net.session(c.ID).scan(ours); err != nil {
		b.Fatal(err)
	}
	return c.ID
}
