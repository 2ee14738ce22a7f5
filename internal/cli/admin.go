package cli

import (
	"fmt"

	"tapgate/internal/app"
	"tapgate/internal/obs"
)

// adminCommand is what an operator does on the machine itself.
type adminCommand struct {
	Token adminTokenCommand `cmd:"" help:"Make a new admin token, if the old one is lost; the old ones work no more. tapgate serve must not run meanwhile."`
}

type adminTokenCommand struct {
	Data string     `help:"Directory that tapgate serve uses." env:"TAPGATE_DATA" default:"tapgate-data" placeholder:"DIR" type:"path"`
	Set  obs.Secret `help:"The token to use, at least 16 characters; without it one is made." env:"TAPGATE_ADMIN_TOKEN" placeholder:"TOKEN"`
}

// Run makes the token and prints it, nothing else.
func (a *adminTokenCommand) Run(c *console) error {
	if n := len(a.Set.Reveal()); n > 0 && n < 16 {
		return fmt.Errorf("--set: %d characters guard real numbers badly: want at least 16", n)
	}
	token, err := app.ResetAdminToken(c.ctx, a.Data, a.Set.Reveal(), app.Options{Version: app.Version()})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, token)
	return err
}
