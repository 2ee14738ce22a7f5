package api

import (
	"fmt"
	"testing"
	"time"

	"tapgate/internal/fault"
)

func TestMeter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	m := newMeter(5)
	allowed := func(token string, want int) {
		t.Helper()
		n := 0
		for m.take(token, now) == nil {
			n++
		}
		if n != want {
			t.Errorf("%s may ask %d times, want %d", token, n, want)
		}
	}
	allowed("a", 10)
	allowed("b", 10) // who has a token of his own is not slowed down by others
	err := m.take("a", now)
	if f := fault.Of(err); f.Kind != fault.Busy || f.RetryAfter != 200*time.Millisecond {
		t.Errorf("%v after %s, want to be told to wait 200 ms", err, f.RetryAfter)
	}
	now = now.Add(time.Second)
	allowed("a", 5)
	now = now.Add(time.Hour)
	allowed("a", 10)
	now = now.Add(-time.Hour) // somebody sets the clock
	allowed("a", 0)
	now = now.Add(time.Second)
	allowed("a", 5)

	for i := range 10 * manyTokens {
		now = now.Add(time.Second)
		if err := m.take(fmt.Sprint(i), now); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.tokens) > manyTokens {
		t.Errorf("%d tokens are kept in mind", len(m.tokens))
	}
	off := newMeter(0)
	for range 10_000 {
		if err := off.take("a", now); err != nil {
			t.Fatal(err)
		}
	}
}
