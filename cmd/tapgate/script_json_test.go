package main_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func (s *session) json(ts *testscript.TestScript, neg bool, args []string) {
	got, ok := at(s.doc, args[0])
	switch {
	case args[1] == "->":
		if !ok {
			ts.Fatalf("nothing stands at %s of %s", args[0], text(s.doc))
		}
		ts.Setenv(args[2], text(got))
	case neg && ok && text(got) == args[1]:
		ts.Fatalf("%s is %s", args[0], args[1])
	case !neg && (!ok || text(got) != args[1]):
		ts.Fatalf("%s is %s, want %s, in %s", args[0], text(got), args[1], text(s.doc))
	}
}

// at returns what stands at a path such as messages.0.id. A step "count" is the length of a list, and
// "-1" its last element.
func at(doc any, path string) (any, bool) {
	for _, step := range strings.Split(path, ".") {
		switch d := doc.(type) {
		case map[string]any:
			v, ok := d[step]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			if step == "count" {
				doc = float64(len(d))
				continue
			}
			i, err := strconv.Atoi(step)
			if i < 0 {
				i += len(d)
			}
			if err != nil || i < 0 || i >= len(d) {
				return nil, false
			}
			doc = d[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// without returns doc without what stands at path.
func without(doc any, path string) any {
	step, rest, deeper := strings.Cut(path, ".")
	switch d := doc.(type) {
	case map[string]any:
		d = maps.Clone(d)
		if !deeper {
			delete(d, step)
		} else if v, ok := d[step]; ok {
			d[step] = without(v, rest)
		}
		return d
	case []any:
		d = slices.Clone(d)
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(d) && deeper {
			d[i] = without(d[i], rest)
		}
		return d
	}
	return doc
}

// text writes a string as it is and everything else as JSON.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func indented(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}
