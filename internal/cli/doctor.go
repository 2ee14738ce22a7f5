package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/config"
	"tapgate/internal/fault"
)

type doctorCommand struct{ config.Serve }

// errIll is the end of a doctor who found something that keeps serve from working.
var errIll = errors.New("what is marked fail keeps 'tapgate serve' from working")

// Run looks at what serve would use and prints a table, or JSON. The exit code is 1 when something fails.
func (d *doctorCommand) Run(c *console) error {
	found := app.Examine(c.ctx, d.Serve)
	if d.JSON {
		if err := json.NewEncoder(c.stdout).Encode(found); err != nil {
			return err
		}
	} else {
		t := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		for _, f := range found {
			fmt.Fprintf(t, "%s\t%s\t%s\n", f.Verdict, f.Check, f.Says)
			if f.Next != "" {
				fmt.Fprintf(t, "\t\t-> %s\n", f.Next)
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	for _, f := range found {
		if f.Verdict == app.Fail {
			return errIll
		}
	}
	return nil
}

type healthCommand struct {
	Config  string        `help:"File with settings of serve, of which --metrics is taken." env:"TAPGATE_CONFIG" placeholder:"FILE" type:"path"`
	Metrics string        `help:"Address of the health checks of a running tapgate." env:"TAPGATE_METRICS" default:"127.0.0.1:9464" placeholder:"ADDR"`
	Wait    time.Duration `help:"How long an answer may take." default:"5s"`
}

// Run asks /readyz, and fails with what it says when the tapgate is not ready.
func (h *healthCommand) Run(c *console) error {
	client := http.Client{Timeout: h.Wait}
	address := strings.TrimPrefix(h.Metrics, "http://")
	if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address
	}
	address = strings.Replace(address, "0.0.0.0:", "127.0.0.1:", 1)
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return &fault.Error{Kind: fault.Unavailable, Message: "no answer from " + address, Next: "is tapgate running with --metrics?", Cause: err}
	}
	defer resp.Body.Close()
	says, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(says)))
	}
	_, err = fmt.Fprintln(c.stdout, "ready")
	return err
}
