package docs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tapgate/internal/api/docs"
	"tapgate/internal/whapi"
)

// get asks for one of the files.
func get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	h, ok := docs.Files()[path]
	if !ok {
		t.Fatalf("%s is not served", path)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDocument: the YAML is the document itself, the JSON says the same.
func TestDocument(t *testing.T) {
	written := text(t, get(t, "/openapi.yaml"))
	if written != string(whapi.OpenAPI()) {
		t.Error("/openapi.yaml is not the document")
	}
	var fromYAML, fromJSON any
	if err := yaml.Unmarshal([]byte(written), &fromYAML); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(fromYAML)
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(again, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text(t, get(t, "/openapi.json"))), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fromJSON); diff != "" {
		t.Errorf("JSON differs from YAML (-yaml +json):\n%s", diff)
	}
	for _, path := range empty("", want) {
		t.Errorf("%s is null: is a text with a comma or a colon not in quotes?", path)
	}
}

// empty returns where doc is null, which nothing in the document is on purpose.
func empty(path string, doc any) []string {
	var list []string
	switch d := doc.(type) {
	case nil:
		return []string{path}
	case map[string]any:
		for name, v := range d {
			list = append(list, empty(path+"/"+name, v)...)
		}
	case []any:
		for i, v := range d {
			list = append(list, empty(fmt.Sprintf("%s/%d", path, i), v)...)
		}
	}
	return list
}

// TestPage: every call and every webhook of the document is on the page, and in its contents.
func TestPage(t *testing.T) {
	page := text(t, get(t, "/docs"))
	var doc struct {
		Paths, Webhooks map[string]map[string]struct {
			OperationID, Summary string
			Tags                 []string
		}
	}
	if err := json.Unmarshal([]byte(text(t, get(t, "/openapi.json"))), &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, part := range []map[string]map[string]struct {
		OperationID, Summary string
		Tags                 []string
	}{doc.Paths, doc.Webhooks} {
		for path, item := range part {
			for _, op := range item {
				seen++
				for _, want := range []string{`<article class="operation" id="` + op.OperationID + `">`, `<a href="#` + op.OperationID + `"`, `<code>` + path + `</code>`} {
					if op.OperationID == "" || strings.Count(page, want) == 0 {
						t.Errorf("%s: the page has no %s", path, want)
					}
				}
			}
		}
	}
	if got := strings.Count(page, `<article class="operation"`); got != seen || seen == 0 {
		t.Errorf("%d calls on the page, %d in the document", got, seen)
	}
}

// TestPageIsAtHome: the page takes nothing from elsewhere, runs nothing inline, and hands out no
// token; a browser would not let it either.
func TestPageIsAtHome(t *testing.T) {
	for path := range docs.Files() {
		res := get(t, path)
		if got := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self'; style-src 'self'; ") || strings.Contains(got, "unsafe") {
			t.Errorf("%s: policy %q", path, got)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", path)
		}
		body := text(t, res)
		if path == "/openapi.yaml" || path == "/openapi.json" {
			continue
		}
		for _, elsewhere := range []string{`src="http`, `href="http`, `src="//`, "@import", "url(http", "style=", "onclick", "innerHTML", "localStorage", "sessionStorage", "document.cookie"} {
			if strings.Contains(body, elsewhere) {
				t.Errorf("%s holds %s", path, elsewhere)
			}
		}
	}
}

func TestNotModified(t *testing.T) {
	tag := get(t, "/docs").Header.Get("ETag")
	if res := get(t, "/docs", "If-None-Match", tag); tag == "" || res.StatusCode != http.StatusNotModified {
		t.Errorf("tag %q: %s", tag, res.Status)
	}
}
