package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"tapgate/internal/lifecycle"
)

// part is a Service that writes down what is asked of it.
type part struct {
	name        string
	diary       *[]string
	start, stop error
}

func (p part) Start(context.Context) error {
	*p.diary = append(*p.diary, "start "+p.name)
	return p.start
}

func (p part) Stop(context.Context) error {
	*p.diary = append(*p.diary, "stop "+p.name)
	return p.stop
}

func group(parts ...part) (g *lifecycle.Group, diary *[]string) {
	g, diary = &lifecycle.Group{}, &[]string{}
	for _, p := range parts {
		p.diary = diary
		g.Add(p.name, p)
	}
	return g, diary
}

func TestGroupStopsInReverse(t *testing.T) {
	g, diary := group(part{name: "a"}, part{name: "b"}, part{name: "c"})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second does nothing
		if err := g.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}
	if !slices.Equal(*diary, want) {
		t.Errorf("got %q, want %q", *diary, want)
	}
}

func TestGroupFailedStart(t *testing.T) {
	broken := errors.New("port taken")
	g, diary := group(part{name: "a"}, part{name: "b", start: broken}, part{name: "c"})
	err := g.Start(t.Context())
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "start b") {
		t.Errorf("error %v, want one that names b and wraps the cause", err)
	}
	if err := g.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if want := []string{"start a", "start b", "stop a"}; !slices.Equal(*diary, want) {
		t.Errorf("got %q, want %q", *diary, want)
	}
}

func TestGroupCollectsErrors(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	g, diary := group(part{name: "a", stop: one}, part{name: "b"}, part{name: "c", stop: two})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Stop(t.Context()); !errors.Is(err, one) || !errors.Is(err, two) {
		t.Errorf("error %v, want both", err)
	}
	if len(*diary) != 6 {
		t.Errorf("an error kept others from being stopped: %q", *diary)
	}
}

func TestGroupStress(t *testing.T) {
	for range 50 {
		g, diary := group(part{name: "a"}, part{name: "b"})
		if err := g.Stop(t.Context()); err != nil || len(*diary) != 0 {
			t.Fatalf("stop without start: %v, %q", err, *diary)
		}
		var all sync.WaitGroup
		all.Go(func() { g.Start(t.Context()) })
		for range 4 {
			all.Go(func() { g.Stop(t.Context()) })
		}
		all.Wait()
		if err := g.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"start a", "start b", "stop b", "stop a"}; !slices.Equal(*diary, want) {
			t.Fatalf("got %q, want %q", *diary, want)
		}
	}
}
