package sqlite_test

import (
	"slices"
	"strings"
	"testing"

	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/store/storetest"
)

// Every statement finds its rows by an index, but for those that want a whole table or queue: queues that
// are searched from end to end grow slower with each message that was ever sent.
func TestNoStatementScans(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the whole suite once more: not with -short")
	}
	var texts []string
	t.Run("collect", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Store {
			s := open(t, sqlite.Options{})
			t.Cleanup(func() { texts = append(texts, s.Statements()...) }) // before it is closed
			return s
		})
	})
	slices.Sort(texts)
	texts = slices.Compact(texts)
	s := open(t, sqlite.Options{})
	checked := 0
	for _, text := range texts {
		verb, _, _ := strings.Cut(text, " ")
		if !slices.Contains([]string{"select", "insert", "update", "delete"}, verb) {
			continue
		}
		checked++
		steps, err := s.Plan(t.Context(), text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		wantsAll := strings.HasSuffix(text, "from channel where removed_at = 0 order by num") || strings.HasPrefix(text, "select distinct channel, webhook") ||
			strings.HasPrefix(text, "select n, coalesce(") || text == "select count(*) from download" // all that waits
		for _, step := range steps {
			scans := strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN (subquery") // which has steps of its own
			if scans && !wantsAll || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s\n\t%s", text, step)
			}
		}
	}
	if checked < 25 {
		t.Errorf("only %d statements were seen: they are collected wrongly", checked)
	}
	t.Logf("%d statements", checked)
}
