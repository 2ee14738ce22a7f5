package noise_test

import (
	"bytes"
	"errors"
	"testing"

	"tapgate/internal/sandbox/noise"
)

func TestSplitter(t *testing.T) {
	for name, c := range map[string]struct {
		messages [][]byte
		want     []string
	}{
		"one frame":             {[][]byte{{0, 0, 2, 'h', 'i'}}, []string{"hi"}},
		"two in one message":    {[][]byte{{0, 0, 1, 'a', 0, 0, 1, 'b'}}, []string{"a", "b"}},
		"one over two messages": {[][]byte{{0, 0, 3, 'a'}, {'b', 'c'}}, []string{"abc"}},
		"split in its length":   {[][]byte{{0}, {0, 1}, {'x', 0, 0}, {0}}, []string{"x", ""}},
		"big-endian length":     {[][]byte{append([]byte{0, 1, 0}, bytes.Repeat([]byte{'z'}, 256)...)}, []string{string(bytes.Repeat([]byte{'z'}, 256))}},
		"incomplete":            {[][]byte{{0, 0, 4, 'a'}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var s noise.Splitter
			var got []string
			for _, msg := range c.messages {
				s.Feed(msg)
				for frame, ok := s.Next(); ok; frame, ok = s.Next() {
					got = append(got, string(frame))
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Fatalf("frame %d: got %q, want %q", i, got[i], c.want[i])
				}
			}
		})
	}
}

func TestFrameTooLarge(t *testing.T) {
	if _, err := noise.Frame(make([]byte, 1<<24)); !errors.Is(err, noise.ErrFrameTooLarge) {
		t.Fatalf("a frame of 2^24 bytes: got %v, want ErrFrameTooLarge", err)
	}
}

// FuzzSplitter cuts a stream of frames at arbitrary places: what comes out must
// not depend on the cuts, and arbitrary bytes must never panic.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte{0, 0, 2, 'h', 'i', 0, 0, 0}, uint8(3))
	f.Add([]byte{0xff, 0xff, 0xff, 1}, uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		whole := split(stream, len(stream)+1)
		pieces := split(stream, int(step)+1)
		if len(whole) != len(pieces) {
			t.Fatalf("%d frames at once, %d in pieces of %d", len(whole), len(pieces), int(step)+1)
		}
		used := 0
		for i := range whole {
			if !bytes.Equal(whole[i], pieces[i]) {
				t.Fatalf("frame %d differs", i)
			}
			used += 3 + len(whole[i])
		}
		if used > len(stream) {
			t.Fatalf("%d bytes of frames from %d bytes", used, len(stream))
		}
	})
}

func split(stream []byte, step int) [][]byte {
	var s noise.Splitter
	var out [][]byte
	for len(stream) > 0 {
		n := min(step, len(stream))
		s.Feed(stream[:n])
		stream = stream[n:]
		for frame, ok := s.Next(); ok; frame, ok = s.Next() {
			out = append(out, frame)
		}
	}
	return out
}
