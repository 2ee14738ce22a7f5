package app

import (
	"context"
	"net/http"

	"tapgate/internal/config"
	"tapgate/internal/sandbox/web"
)

// networkMode is the network process while it starts.
type networkMode struct {
	world
	run   *Running
	front *listener
}

// Network starts the emulated network with its customers, and serves it, the control API and the
// browser phone on one address.
func Network(ctx context.Context, c config.Network, o Options) (*Running, error) {
	o = o.withDefaults()
	r := newRunning()
	dir := &dataDir{path: c.Data, log: o.Log}
	n := &networkMode{
		world: world{Options: o, dir: dir, seed: c.Seed, lenient: c.Lenient},
		run:   r,
		front: &listener{flag: "--listen", address: c.Listen, log: o.Log, failed: r.failed},
	}
	r.add("data directory", dir.open, dir.close)
	r.add("emulated network", n.openNetwork, n.closeNetwork)
	r.add("phones", n.openPhones, n.closePhones)
	r.add("customers", n.addCustomers, nil)
	r.add("listener", n.front.bind, n.front.release)
	r.add("service", n.serve, n.front.stop)
	return r.start(ctx)
}

func (n *networkMode) serve(context.Context) error {
	facts := Facts{
		API: n.front.url(), Phone: n.front.url() + "/phone", Network: n.front.hostPort(), RootKey: n.rootKey(),
	}
	n.run.facts = facts
	pages := web.New(web.Options{
		Book: n.phones, Network: n.network, Business: Business, Log: n.Log,
		Facts: func() map[string]any {
			return map[string]any{"api": facts.API, "network": facts.Network, "root_key": facts.RootKey}
		},
	})
	n.front.serve(together(pages, http.Handler(n.network)), func() { _ = pages.Close() })
	return nil
}
