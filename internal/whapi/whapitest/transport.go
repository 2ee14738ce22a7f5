package whapitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Transport makes requests by next and reports what in them, or in their answers, is not as the
// document says. Pages and the sandbox's own requests pass unchecked.
func (c *Contract) Transport(next http.RoundTripper, report func(error)) http.RoundTripper {
	return &transport{contract: c, next: next, report: report}
}

type transport struct {
	contract *Contract
	next     http.RoundTripper
	report   func(error)
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if page(r.URL.Path) {
		return t.next.RoundTrip(r)
	}
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
		if len(sent) == 0 {
			r.Body = http.NoBody
		}
	}
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	res.Body = io.NopCloser(bytes.NewReader(got))
	if err := t.contract.CheckExchange(Exchange{
		Request: r, RequestBody: sent, Status: res.StatusCode, Header: res.Header, Body: got,
	}); err != nil {
		t.report(err)
	}
	return res, nil
}

// page reports whether a path is not of the API that the document describes.
func page(path string) bool {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first {
	case "sandbox", "phone", "docs", "openapi.json", "openapi.yaml":
		return true
	}
	return false
}
