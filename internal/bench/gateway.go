package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"time"
)

// adminToken opens the gateway that is measured. It listens on loopback and lives for this run.
const adminToken = "bench-admin-token-0000"

// gateway is tapgate serve on the emulated network.
type gateway struct {
	*process
	binary  string
	dir     string
	network *network
	api     string
	metrics string
	http    *http.Client
	tokens  []string // of its channels
}

func startGateway(ctx context.Context, binary, dir string, n *network) (*gateway, error) {
	g := &gateway{binary: binary, dir: dir, network: n, http: newClient()}
	return g, g.start(ctx)
}

// start starts the process; it may have run before.
func (g *gateway) start(ctx context.Context) (err error) {
	var facts struct{ API, Metrics string }
	g.process, err = launch(ctx, &facts, g.binary, "serve", "--listen", "127.0.0.1:0", "--data", g.dir, "--json", "--log-level", "error",
		"--network", g.network.address, "--network-root", g.network.root, "--admin-token", adminToken, "--metrics", "127.0.0.1:0")
	g.api, g.metrics = facts.API, facts.Metrics
	return err
}

// channels adds and pairs channels until there are n.
func (g *gateway) channels(ctx context.Context, n int) error {
	first := len(g.tokens)
	for i := first; i < n; i++ {
		var added struct{ Token string }
		if err := call(ctx, g.http, http.MethodPost, g.api+"/tapgate/channels", adminToken, map[string]string{"name": fmt.Sprint("bench ", i)}, &added); err != nil {
			return err
		}
		g.tokens = append(g.tokens, added.Token)
	}
	return several(n-first, 4, func(i int) error {
		i += first
		var login struct{ RowData string }
		if err := call(ctx, g.http, http.MethodGet, g.api+"/users/login/rowdata", g.tokens[i], nil, &login); err != nil {
			return err
		}
		if err := g.network.scan(ctx, business(false, i), login.RowData); err != nil {
			return err
		}
		return poll(ctx, fmt.Sprint("channel ", i, " connects"), func() (bool, error) {
			var health struct{ Status struct{ Text string } }
			err := call(ctx, g.http, http.MethodGet, g.api+"/health", g.tokens[i], nil, &health)
			return health.Status.Text == "AUTH", err
		})
	})
}

// text sends a text from a channel and returns when WhatsApp has it.
func (g *gateway) text(ctx context.Context, channel int, to, text string) error {
	var out struct {
		Message struct{ Status string }
	}
	err := call(ctx, g.http, http.MethodPost, g.api+"/messages/text", g.tokens[channel], map[string]string{"to": to, "body": text}, &out)
	if err == nil && out.Message.Status == "pending" {
		return fmt.Errorf("the message to %s is still pending", to)
	}
	return err
}

// button sends a message with a button and returns its id.
func (g *gateway) button(ctx context.Context, channel int, to string) (string, error) {
	var out struct{ Message struct{ ID string } }
	err := call(ctx, g.http, http.MethodPost, g.api+"/messages/interactive", g.tokens[channel], map[string]any{
		"to": to, "type": "button", "body": map[string]string{"text": "Will you come?"},
		"action": map[string]any{"buttons": []any{map[string]string{"type": "quick_reply", "title": "Yes", "id": "yes"}}},
	}, &out)
	return out.Message.ID, err
}

// hook lets a channel tell what customers write to a URL.
func (g *gateway) hook(ctx context.Context, channel int, url string) error {
	return call(ctx, g.http, http.MethodPatch, g.api+"/settings", g.tokens[channel], map[string]any{
		"webhooks": []any{map[string]any{"url": url, "mode": "body", "events": []any{map[string]string{"type": "messages", "method": "post"}}}},
	}, nil)
}

// connected reports how many channels are connected.
func (g *gateway) connected(ctx context.Context) (n int, err error) {
	var out struct{ Channels []struct{ State string } }
	err = call(ctx, g.http, http.MethodGet, g.api+"/tapgate/channels", adminToken, nil, &out)
	for _, c := range out.Channels {
		if c.State == "connected" {
			n++
		}
	}
	return n, err
}

// poll asks until it is so.
func poll(ctx context.Context, what string, so func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := so()
		if err != nil || done {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting that %s: %w", what, ctx.Err())
		}
	}
}

// goroutines asks pprof how many there are; 0 where it is not served.
func (g *gateway) goroutines(ctx context.Context) int {
	if g.metrics == "" {
		return 0
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.metrics+"/debug/pprof/goroutine?debug=1", nil)
	if err != nil {
		return 0
	}
	resp, err := g.http.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	line, _ := bufio.NewReader(resp.Body).ReadString('\n')
	n := 0
	_, _ = fmt.Sscanf(line, "goroutine profile: total %d", &n)
	return n
}
