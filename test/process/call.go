package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// Client makes requests with JSON in them.
type Client struct {
	HTTP  *http.Client
	Token string
}

// Refused is an answer whose status is not 200.
type Refused struct {
	Request string
	Status  int
	Body    []byte
}

// Error implements error.
func (r *Refused) Error() string { return fmt.Sprintf("%s: %d: %s", r.Request, r.Status, r.Body) }

// Call sends one request and decodes the answer. A key makes it repeatable; "" does not. Any status
// but 200 is a *Refused.
func (c *Client) Call(ctx context.Context, method, url string, body any, key string, into any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return &Refused{method + " " + url, resp.StatusCode, answer}
	}
	if into == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// Eventually waits until done, and fails the test when it takes too long.
func Eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(2 * Patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			t.Fatalf("after %s it is still not so that %s", 2*Patience, what)
		case <-tick.C:
		}
	}
}
