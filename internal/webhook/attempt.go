package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/store"
)

const (
	// maxHeaders is how many headers of its own a webhook may have, as the dialect says.
	maxHeaders = 5
	// maxAnswer is how much of an answer is kept, in bytes.
	maxAnswer = 4 << 10
)

// EventHeader names the event in each request, as webhook-id does. It is the same over all attempts,
// and so tells a repeated request from a new one.
const EventHeader = "X-Tapgate-Event"

// attempt is one request and its answer.
type attempt struct {
	store.Attempt
	// retryAfter is how long the receiver asks to be left alone; 0 when it doesn't.
	retryAfter time.Duration
}

func (a attempt) failed() bool { return a.Failure != "" }

// attempt makes one request of a delivery.
func (s *Service) attempt(ctx context.Context, hook channel.Webhook, r store.Record, secrets []string) attempt {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	a := attempt{Attempt: store.Attempt{At: s.Now().UTC()}}
	if req, err := s.request(ctx, hook, r); err != nil {
		a.Failure = plain(err)
	} else {
		sign(req.Header, r.Event, a.At, r.Body, secrets)
		s.do(req, &a)
	}
	a.Took = s.Now().Sub(a.At)
	return a
}

func (s *Service) do(req *http.Request, a *attempt) {
	resp, err := s.client.Do(req)
	if err != nil {
		a.Failure = plain(err)
		return
	}
	defer resp.Body.Close()
	a.Status = resp.StatusCode
	a.Answer, _ = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // for the eyes of an operator; the status decides
	if a.Status < 200 || a.Status > 299 {
		a.Failure = fmt.Sprintf("the receiver answered %d", a.Status)
		a.retryAfter = retryAfter(resp.Header.Get("Retry-After"), s.Now())
	}
}

// request forms the request that the webhook's mode asks for.
func (s *Service) request(ctx context.Context, hook channel.Webhook, r store.Record) (*http.Request, error) {
	method, target := target(hook, r)
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, errors.New("the URL of a webhook must begin with http:// or https://")
	}
	req.Header.Set("Content-Type", "application/json")
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(hook.Headers)), ours)
	for _, name := range names[:min(len(names), maxHeaders)] {
		req.Header.Set(name, hook.Headers[name])
	}
	req.Header.Set("User-Agent", "tapgate/"+s.Version)
	req.Header.Set(EventHeader, string(r.Event))
	return req, nil
}

// ours reports whether a header belongs to the connection or the gateway, not to the webhook.
func ours(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Te", "Trailer", "Keep-Alive", "Expect":
		return true
	}
	return false
}

// target returns the method and the URL of a request. What the modes add to the path stands before
// the query, where callers like to keep a secret.
func target(hook channel.Webhook, r store.Record) (method, target string) {
	method, segment := http.MethodPost, ""
	switch mode(hook) {
	case channel.ModePath:
		segment = "/" + r.Type + "/" + r.Method
	case channel.ModeMethod:
		method, segment = strings.ToUpper(r.Method), "/"+r.Type
	}
	if segment == "" {
		return method, hook.URL
	}
	whole, _, _ := strings.Cut(hook.URL, "#")
	path, query, ok := strings.Cut(whole, "?")
	target = strings.TrimRight(path, "/") + segment
	if ok {
		target += "?" + query
	}
	return method, target
}

// plain returns an error without the URL, which may hold a secret.
func plain(err error) string {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(n, 0), int(longestAsked/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
