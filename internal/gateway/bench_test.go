package gateway_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

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
				ids = append(ids, c.ID)
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
