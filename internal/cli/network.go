package cli

import (
	"context"
	"fmt"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

type networkCommand struct{ config.Network }

// Run starts the emulated network.
func (n *networkCommand) Run(c *console) error {
	return c.run(output{json: n.JSON, level: n.LogLevel, panel: n.panel}, func(ctx context.Context, o app.Options) (*app.Running, error) {
		return app.Network(ctx, n.Network, o)
	})
}

func (n *networkCommand) panel(f app.Facts) string {
	return fmt.Sprintf(`
The emulated network is ready.

  Phone     %s   <- open this in a browser
  Control   %s/sandbox/
  Network   %s
  Root key  %s
  People    Jonathan %s, Maria %s

Start a gateway on it in another terminal:

tapgate serve --network %s --network-root %s

Ctrl-C ends it.
`, f.Phone, f.API, f.Network, f.RootKey, app.Jonathan, app.Maria, f.Network, f.RootKey)
}
