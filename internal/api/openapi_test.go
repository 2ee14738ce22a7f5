package api_test

import (
	"slices"
	"sync"
	"testing"

	"tapgate/internal/api"
	"tapgate/internal/whapi/whapitest"
)

var readContract = sync.OnceValues(whapitest.New)

// contract is the OpenAPI document, to check each exchange of a test against.
func contract(t *testing.T) *whapitest.Contract {
	t.Helper()
	c, err := readContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDocumentIsWhole: what is served is described, and what is described is served.
func TestDocumentIsWhole(t *testing.T) {
	described := contract(t).Operations()
	var served []string
	for _, r := range api.New(api.Options{Gateway: &script{}}).Routes() {
		served = append(served, r.Method+" "+r.Pattern)
	}
	for _, operation := range served {
		if !slices.Contains(described, operation) {
			t.Errorf("%s is served, but the document does not describe it", operation)
		}
	}
	for _, operation := range described {
		if !slices.Contains(served, operation) {
			t.Errorf("%s is described, but not served", operation)
		}
	}
}

// TestDocsAreOpen: the document and its page need no token, and are served in one way only.
func TestDocsAreOpen(t *testing.T) {
	s := start(t)
	for path, kind := range map[string]string{
		"/docs": "text/html; charset=utf-8", "/docs/": "text/html; charset=utf-8",
		"/docs/page.js": "text/javascript; charset=utf-8", "/docs/page.css": "text/css; charset=utf-8",
		"/openapi.yaml": "application/yaml; charset=utf-8", "/openapi.json": "application/json; charset=utf-8",
	} {
		res := s.ask(t, "GET", path, "", "Authorization", "")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != kind || read(t, res) == "" {
			t.Errorf("%s: %s, %s", path, res.Status, res.Header.Get("Content-Type"))
		}
		if res := s.ask(t, "HEAD", path, "", "Authorization", ""); res.StatusCode != 200 {
			t.Errorf("HEAD %s: %s", path, res.Status)
		}
	}
	res := s.ask(t, "POST", "/docs", "")
	wantProblem(t, res, 405)
	if got := res.Header.Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow %q", got)
	}
	wantProblem(t, s.ask(t, "GET", "/docs/page.html", ""), 404)
}
