package bench_test

import (
	"path/filepath"
	"testing"
	"time"

	"tapgate/internal/bench"
	"tapgate/test/process"
)

// A quick run goes through every part and leaves nothing behind; what it measures depends on what
// else the machine does.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute: not with -short")
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	r, err := bench.Run(t.Context(), bench.Options{
		Binary: process.Build(t), Quick: true, Idle: 4, Limit: 5 * time.Minute, Progress: func(what string) { t.Log(what) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]bench.Comparison{"sends": r.Sends, "answers": r.Answers, "mixed": r.Mixed} {
		if len(list) == 0 {
			t.Errorf("no %s were measured", name)
		}
		for _, c := range list {
			for who, f := range map[string]bench.Figure{"gateway": c.Gateway, "bare": c.Bare} {
				if f.PerSecond <= 0 || f.P50 <= 0 || f.P99 < f.P50 {
					t.Errorf("%s of %s on %d channels: %+v", name, who, c.Channels, f)
				}
			}
			if c.Ratio <= 0 {
				t.Errorf("%s on %d channels: no ratio", name, c.Channels)
			}
		}
	}
	if r.Idle == nil || r.Idle.Channels != 4 || r.Idle.Goroutines <= 0 || r.Idle.Connected < r.Idle.First || r.Idle.First <= 0 {
		t.Errorf("idle: %+v", r.Idle)
	}
	left, err := filepath.Glob(filepath.Join(dir, "tapgate-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// It ends at its limit, whatever it is doing.
func TestLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program: not with -short")
	}
	binary := process.Build(t)
	began := time.Now()
	if _, err := bench.Run(t.Context(), bench.Options{Binary: binary, Quick: true, Limit: 2 * time.Second}); err == nil {
		t.Error("two seconds were enough")
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it ended after %s", took)
	}
}
