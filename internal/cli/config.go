package cli

import (
	"fmt"
	"log/slog"
	"net/url"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"tapgate/internal/config"
	"tapgate/internal/obs"
)

type configCommand struct{ config.Serve }

// Run prints the settings that serve would use with the same flags, environment and file. What it
// prints is itself a configuration file, but for secrets, which it does not show.
func (cc *configCommand) Run(c *console) error {
	origins := c.layers.origins(c.parsed)
	var b strings.Builder
	b.WriteString("# What 'tapgate serve' would use. A flag wins over the environment, which wins over this file.\n")
	for _, flag := range sorted(c.parsed.Selected()) {
		value, shown := plain(flag.Target)
		fmt.Fprintf(&b, "\n# %s", flag.Help)
		if len(flag.Envs) > 0 {
			fmt.Fprintf(&b, " (%s)", flag.Envs[0])
		}
		line, err := yaml.Marshal(map[string]any{flag.Name: value})
		if err != nil {
			return err
		}
		mark := ""
		if !shown || value == "" {
			mark = "# " // what was not set, and what is not shown, would be wrong as a setting
		}
		fmt.Fprintf(&b, "\n%s%s  # %s\n", mark, strings.TrimSpace(string(line)), origins[flag.Name])
	}
	_, err := fmt.Fprint(c.stdout, b.String())
	return err
}

// plain is a setting as the file would hold it. shown is false when a secret was left out of it.
func plain(v reflect.Value) (value any, shown bool) {
	switch x := v.Interface().(type) {
	case obs.Secret:
		return x.String(), x == ""
	case *bool:
		if x == nil {
			return "", true
		}
		return *x, true
	case slog.Level:
		return strings.ToLower(x.String()), true
	case string:
		safe := obs.Scrub(x)
		if u, err := url.Parse(safe); err == nil && u.User != nil {
			safe = u.Redacted()
		}
		return safe, safe == x
	default:
		return x, true
	}
}
