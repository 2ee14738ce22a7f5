package cli

import (
	"strings"
	"testing"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

// What a start shows of tokens and pairing depends on what is news.
func TestPanel(t *testing.T) {
	facts := app.Facts{API: "http://127.0.0.1:8080", ChannelID: "HERON-12345", Token: "fresh-token", AdminToken: "fresh-admin"}
	paired, given := facts, facts
	paired.Number, paired.Token, paired.AdminToken = "919984351847", "", ""
	for _, tc := range []struct {
		name      string
		serve     serveCommand
		facts     app.Facts
		has, lack []string
	}{
		{"the first start", serveCommand{}, facts, []string{"fresh-token   <- opens the channel", "fresh-admin   <- opens everything", "A QR code"}, nil},
		{"a paired channel", serveCommand{}, paired, []string{"Number   919984351847"}, []string{"A QR code", "Token", "Admin"}},
		{"tokens that were given", serveCommand{Serve: config.Serve{Token: "fresh-token", AdminToken: "fresh-admin"}}, given,
			[]string{"opens the channel; it is the one that was given"}, []string{"fresh-token", "fresh-admin", "never again"}},
	} {
		got := tc.serve.panel(tc.facts)
		for _, text := range tc.has {
			if !strings.Contains(got, text) {
				t.Errorf("%s: %q is missing in %s", tc.name, text, got)
			}
		}
		for _, text := range tc.lack {
			if strings.Contains(got, text) {
				t.Errorf("%s: %q stands in %s", tc.name, text, got)
			}
		}
	}
}
