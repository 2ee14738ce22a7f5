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
// it can. Any answer will do.
func reach(ctx context.Context, transport http.RoundTripper) error {
	ctx, cancel := context.WithTimeout(ctx, reachWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, whatsApp, nil)
	if err != nil {
		return err
	}
	c := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err == nil {
		return resp.Body.Close()
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: "unreachable", Message: "WhatsApp can't be reached",
		Next:  "check this machine's connection (DNS, firewall), or with --network that the emulated network runs; 'tapgate doctor' tells more",
		Cause: err,
	}
}

// meetNetwork ends the start when WhatsApp can't be reached and no channel is paired: there is nothing
// to serve then, and whoever waits for a code to scan shall know why. With a paired channel the
// gateway runs on: what it accepts waits, and leaves when WhatsApp can be reached again.
func (s *serveMode) meetNetwork(ctx context.Context) error {
	list, err := s.engine.store.Channels(ctx)
	if err != nil {
		return err
	}
	err = reach(ctx, s.engine.network)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	for _, c := range list {
		if c.Paired() {
			s.Log.Warn("WhatsApp can't be reached: messages are accepted and wait until it can", "error", err)
			return nil
		}
	}
	return err
}
