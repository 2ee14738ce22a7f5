package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"tapgate/internal/fault"
)

const (
	// whatsApp is what the client connects to, over an emulated network too.
	whatsApp = "https://web.whatsapp.com/"
	// reachWait bounds the question whether it can be reached.
	reachWait = 10 * time.Second
)

// reach reports why WhatsApp, or the emulated network behind the transport, can't be reached; nil when
// it can, and then what time it has, zero when it does not tell. Any answer will do.
func reach(ctx context.Context, transport http.RoundTripper) (date time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, reachWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, whatsApp, nil)
	if err != nil {
		return date, err
	}
	c := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err == nil {
		date, _ = http.ParseTime(resp.Header.Get("Date"))
		return date, resp.Body.Close()
	}
	return date, &fault.Error{
		Kind: fault.Unavailable, Code: "unreachable", Message: "WhatsApp can't be reached",
		Next:  "check this machine's connection (DNS, firewall), or with --network that the emulated network runs; 'tapgate doctor' tells more",
		Cause: plain(err),
	}
}

// probe makes a request that asks for nothing, and returns why there was no answer.
func probe(ctx context.Context, c *http.Client, target string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, target, nil)
	if err != nil {
		return plain(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return plain(err)
	}
	return resp.Body.Close()
}

// plain is an error without the URL, which may hold a secret.
func plain(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}

// meetNetwork ends the start when WhatsApp can't be reached and no channel is paired: there is nothing
// to serve then, and whoever waits for a code to scan shall know why. With a paired channel the
// gateway runs on: what it accepts waits, and leaves when WhatsApp can be reached again. So it does with a
// channel that has a proxy, which may reach what this machine does not.
func (s *serveMode) meetNetwork(ctx context.Context) error {
	list, err := s.engine.store.Channels(ctx)
	if err != nil {
		return err
	}
	_, err = reach(ctx, s.engine.network())
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	for _, c := range list {
		if c.Paired() || c.Settings.Proxy != "" {
			s.Log.Warn("WhatsApp can't be reached: messages are accepted and wait until it can", "error", err)
			return nil
		}
	}
	return err
}
