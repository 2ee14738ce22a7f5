package sqlite_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/store/sqlite"
)

// BenchmarkAccept compares durable accepts that share their commits with a transaction for each, in one
// run on one disk.
func BenchmarkAccept(b *testing.B) {
	for _, way := range []struct {
		name string
		o    sqlite.Options
	}{{"shared commits", sqlite.Options{}}, {"a transaction each", sqlite.Options{}.OneByOne()}} {
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d callers", way.name, callers), func(b *testing.B) {
				s := openFile(b, way.o)
				share(b, callers, func() error {
					o, m := outgoing()
					_, err := s.Accept(b.Context(), o, m)
					return err
				})
				report(b, s)
			})
		}
	}
}

func BenchmarkAcceptFinish(b *testing.B) {
	for name, callers := range map[string]int{"1 caller": 1, "16 callers": 16} {
		b.Run(name, func(b *testing.B) {
			s := openFile(b, sqlite.Options{})
			share(b, callers, func() error { return acceptAndFinish(b.Context(), s) })
			report(b, s)
		})
	}
}

func BenchmarkNextOutbound(b *testing.B) {
	s := openFile(b, sqlite.Options{})
	o, m := outgoing()
	if _, err := s.Accept(b.Context(), o, m); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok, err := s.NextOutbound(b.Context(), testChannel, 0); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// share has b.N calls made by so many callers at the same time.
func share(b *testing.B, callers int, call func() error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				began := time.Now()
				if err := call(); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(took[b.N/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[b.N*99/100].Seconds()*1000, "p99-ms")
}

func report(b *testing.B, s *sqlite.Store) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(s.Stats().Commits)/float64(b.N), "commits/call")
}
