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
