package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mdp/qrterminal/v3"

	"tapgate/internal/app"
	"tapgate/internal/config"
	"tapgate/internal/obs"
)

type serveCommand struct{ config.Serve }

// Run starts the gateway. On WhatsApp it shows what to scan until the channel is paired.
func (s *serveCommand) Run(c *console) error {
	o := output{json: s.JSON, level: s.LogLevel, panel: s.panel}
	if !s.Emulated() {
		o.after = c.pair
	}
	return c.run(o, func(ctx context.Context, o app.Options) (*app.Running, error) {
		return app.Serve(ctx, s.Serve, o)
	})
}

func (s *serveCommand) panel(f app.Facts) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\ntapgate serves.\n\n  API      %s\n  Console  %s\n", f.API, f.Console)
	if f.ChannelID != "" {
		fmt.Fprintf(&b, "  Channel  %s\n", f.ChannelID)
	}
	if f.Number != "" {
		fmt.Fprintf(&b, "  Number   %s\n", f.Number)
	}
	b.WriteString(tokenLine("Token", f.Token, s.Token, "opens the channel"))
	b.WriteString(tokenLine("Admin", f.AdminToken, s.AdminToken, "opens everything"))
	if f.ChannelID == "" {
		b.WriteString("\nThere is no channel yet. Add one in another terminal: tapgate channel add NAME\n")
		return b.String()
	}
	if f.Number != "" {
		return b.String()
	}
	fmt.Fprintf(&b, "\nA QR code to pair the channel with is at %s/users/login/image?token=TOKEN too.\n", f.API)
	if s.Emulated() {
		fmt.Fprintf(&b, `
To pair it with the emulated network:

curl -X POST http://%s/sandbox/scan -d '{"phone":"%s","qr":"ROWDATA"}'

where ROWDATA is what %s/users/login/rowdata?token=TOKEN answers.
`, f.Network, app.Business, f.API)
	}
	return b.String()
}

// tokenLine shows a token that was made now. One that was given is no news, and need not stand here.
func tokenLine(name, token string, given obs.Secret, opens string) string {
	switch {
	case token == "":
		return ""
	case given != "":
		return fmt.Sprintf("  %-8s %s; it is the one that was given\n", name, opens)
	}
	return fmt.Sprintf("  %-8s %s   <- %s; shown now and never again\n", name, token, opens)
}

// pair shows a QR code in the terminal whenever there is a new one.
func (c *console) pair(ctx context.Context, r *app.Running) error {
	if r.Facts().ChannelID == "" {
		return nil
	}
	number, err := r.Pair(ctx, func(p app.Pairing) {
		fmt.Fprintf(c.stdout, "Scan this with the phone whose number shall send (Linked devices, Link a device). It is good until %s.\n\n",
			p.Until.Local().Format(time.TimeOnly))
		qrterminal.GenerateHalfBlock(p.Code, qrterminal.L, c.stdout)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Paired with %s.\n", number)
	return nil
}
