package whapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Transport makes requests by next and reports what in them, or in their answers, is not as the
// document says. It checks the webhooks that an answer of the sandbox's inbox tells of as well;
// other requests to the sandbox and pages pass unchecked.
func (c *Contract) Transport(next http.RoundTripper, report func(error)) http.RoundTripper {
	return &transport{contract: c, next: next, report: report, told: map[string]bool{}}
}

type transport struct {
	contract *Contract
	next     http.RoundTripper
	report   func(error)

	mu   sync.Mutex
	told map[string]bool // the webhooks that were checked; an inbox is read again and again
}

// inbox is where the sandbox tells which webhooks it got.
const inbox = "/sandbox/webhooks"

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if page(r.URL.Path) && r.URL.Path != inbox {
		return t.next.RoundTrip(r)
	}
	r, sent, err := copied(r)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
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
	if r.URL.Path == inbox {
		err = t.checkInbox(got)
	} else {
		err = t.contract.CheckExchange(Exchange{
			Request: r, RequestBody: sent, Status: res.StatusCode, Header: res.Header, Body: got,
		})
	}
	if err != nil {
		t.report(err)
	}
	return res, nil
}

// copied returns the request with a body of its own, and that body.
func copied(r *http.Request) (*http.Request, []byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return r, nil, nil
	}
	sent, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(sent))
	return r, sent, err
}

// checkInbox checks each webhook that an inbox lists.
func (t *transport) checkInbox(listed []byte) error {
	var requests []struct{ Body json.RawMessage }
	if err := json.Unmarshal(listed, &requests); err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range requests {
		if t.told[string(r.Body)] {
			continue
		}
		t.told[string(r.Body)] = true
		if err := t.contract.CheckWebhook(r.Body); err != nil {
			return err
		}
	}
	return nil
}

// page reports whether a path is not of the API that the document describes.
func page(path string) bool {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first {
	case "sandbox", "phone", "docs", "openapi.json", "openapi.yaml":
		return true
	}
	return false
}
