package sqlite_test

import (
	"sync"
	"testing"

	"tapgate/internal/store/sqlite"
)

func BenchmarkAccept(b *testing.B) {
	for name, callers := range map[string]int{"1 caller": 1, "16 callers": 16} {
		b.Run(name, func(b *testing.B) {
			s := openFile(b, sqlite.Options{})
			share(b, callers, func() error {
				o, m := outgoing()
				_, err := s.Accept(b.Context(), o, m)
				return err
			})
			report(b, s)
		})
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
	b.ResetTimer()
	var wg sync.WaitGroup
	for i := range callers {
		n := b.N / callers
		if i < b.N%callers {
			n++
		}
		wg.Go(func() {
			for range n {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

func report(b *testing.B, s *sqlite.Store) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(s.Stats().Commits)/float64(b.N), "commits/call")
}
