package cli

import (
	"context"
	"fmt"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

type sandboxCommand struct{ config.Sandbox }

// Run starts the sandbox.
func (s *sandboxCommand) Run(c *console) error {
	return c.run(output{json: s.JSON, level: s.LogLevel, panel: s.panel}, func(ctx context.Context, o app.Options) (*app.Running, error) {
		return app.Sandbox(ctx, s.Sandbox, o)
	})
}

func (s *sandboxCommand) panel(f app.Facts) string {
	end := "Ctrl-C ends it, and everything is forgotten (--data DIR keeps it)."
	if s.Data != "" {
		end = "Ctrl-C ends it. Everything is kept in " + s.Data + "."
	}
	return fmt.Sprintf(`
tapgate sandbox is ready.

  Phone    %s   <- open this in a browser
  Console  %s   <- channels, messages, webhooks
  API      %s
  Token    %s
  Admin    %s   (for tapgate channel ...)
  Channel  %s, number %s
  People   Jonathan %s, Maria %s, and a group of all three

Paste this, and Jonathan gets a message with two buttons:

%s

%s
`, f.Phone, f.Console, f.API, f.Token, f.AdminToken, f.ChannelID, app.Business, app.Jonathan, app.Maria, f.Curl(), end)
}
