package cli

import (
	"encoding/json"
	"fmt"
	"runtime"

	"tapgate/internal/app"
)

type versionCommand struct {
	JSON bool `help:"Print it as JSON, with the version of the client library."`
}

// Run prints the version.
func (v *versionCommand) Run(c *console) error {
	if !v.JSON {
		_, err := fmt.Fprintf(c.stdout, "tapgate %s (%s, %s/%s)\n", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
	return json.NewEncoder(c.stdout).Encode(map[string]string{
		"version": app.Version(), "whatsmeow": app.ClientVersion(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
	})
}
