package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"tapgate/internal/app"
	"tapgate/internal/config"
	"tapgate/internal/fault"
)

// place names a data directory as serve does.
type place struct {
	Config string `help:"File with settings of serve, of which the data directory is taken." env:"TAPGATE_CONFIG" placeholder:"FILE" type:"path"`
	Data   string `help:"Data directory; ./tapgate-data when it is not given." env:"TAPGATE_DATA" placeholder:"DIR" type:"path"`
}

func (p place) dir() string { return config.Serve{Data: p.Data}.DataDir() }

type backupCommand struct {
	place
	File string `arg:"" help:"Where to write the backup; - is stdout. It holds the keys of the sessions: keep it private." placeholder:"FILE"`
}

// Run writes a backup. A file that exists is not touched, and one that is there is complete.
func (b *backupCommand) Run(c *console) error {
	ctx, release := signal.NotifyContext(c.ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	if b.File == "-" {
		_, err := app.Backup(ctx, b.dir(), c.stdout, os.TempDir(), app.Version())
		return err
	}
	if _, err := os.Lstat(b.File); err == nil {
		return &fault.Error{Kind: fault.Conflict, Message: b.File + " exists", Next: "name another file"}
	}
	part := b.File + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	m, err := app.Backup(ctx, b.dir(), f, filepath.Dir(b.File), app.Version())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(part, b.File)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	_, err = fmt.Fprintf(c.stdout, "%s holds %d files of %s, %d bytes. It holds the keys of the sessions: keep it private.\n", b.File, len(m.Files), b.dir(), m.Size())
	return err
}

type restoreCommand struct {
	place
	File string `arg:"" help:"The backup; - is stdin." placeholder:"FILE"`
}

// Run restores a backup.
func (r *restoreCommand) Run(c *console) error {
	ctx, release := signal.NotifyContext(c.ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	return r.from(ctx, c)
}

func (r *restoreCommand) from(ctx context.Context, c *console) error {
	var in io.Reader = os.Stdin
	if r.File != "-" {
		f, err := os.Open(r.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	m, err := app.Restore(ctx, r.dir(), in, app.Options{})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, `%s holds what tapgate %s had on %s. Its sessions begin anew.
Never start it while the instance that the backup was made of runs: two programs with the same keys lock each other out.
`, r.dir(), m.Version, m.MadeAt.Local().Format("2006-01-02 15:04:05"))
	return err
}
