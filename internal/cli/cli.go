// Package cli is the command line: it reads flags and environment, starts what was asked for,
// tells the facts on stdout, and stops it on a signal. The log goes to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"tapgate/internal/config"
	"tapgate/internal/fault"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// commands is the grammar of the command line.
type commands struct {
	Sandbox   sandboxCommand   `cmd:"" help:"Try it: gateway, emulated WhatsApp and a phone in the browser, in one process. Needs no number and no phone."`
	Serve     serveCommand     `cmd:"" help:"Run the gateway on WhatsApp, or on an emulated network."`
	Network   networkCommand   `cmd:"" help:"Run the emulated WhatsApp alone, for a gateway in another process."`
	Messages  messagesCommand  `cmd:"" help:"List the messages of a running tapgate, and show what became of one."`
	Webhooks  webhooksCommand  `cmd:"" help:"List the webhooks of a running tapgate, show what they were told, and repeat it."`
	Channel   channelCommand   `cmd:"" help:"Add, pair, list and remove the channels of a running tapgate."`
	Audit     auditCommand     `cmd:"" help:"Show who changed what on a running tapgate."`
	Admin     adminCommand     `cmd:"" help:"What needs no running tapgate: make a new admin token."`
	Config    configCommand    `cmd:"" help:"Print the settings that serve would use, as a configuration file."`
	Backup    backupCommand    `cmd:"" help:"Write a backup of a data directory, also while serve uses it."`
	Restore   restoreCommand   `cmd:"" help:"Put a backup into an empty data directory."`
	Doctor    doctorCommand    `cmd:"" help:"Look for what is wrong with this machine and the settings of serve."`
	Health    healthCommand    `cmd:"" help:"Ask the tapgate that serves --metrics whether it is ready; the exit code says so."`
	Bench     benchCommand     `cmd:"" help:"Measure the gateway beside bare whatsmeow, on an emulated network on this machine."`
	BenchBare benchBareCommand `cmd:"" hidden:""`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

const description = `A self-hosted WhatsApp gateway for messages people can tap.

Begin with 'tapgate sandbox': it prints an address to open in the browser and a command to paste.
Each flag can be given as an environment variable too, and those of serve in the file that --config
names: a flag wins over the environment, the environment over the file.`

// console is where a command writes.
type console struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	// parsed is the command line, layers what came from elsewhere.
	parsed *kong.Context
	layers *layers
}

// Run executes one command line, without the program's name, and returns the exit code: 0, 1 after
// a failure, 2 after a command line that makes no sense. Ending ctx is like a first signal.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	exited := false
	below := &layers{file: map[string]config.Setting{}, origin: map[string]string{}}
	parser, err := kong.New(&commands{},
		kong.Name("tapgate"), kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }),
		kong.Resolvers(below),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "tapgate:", err)
		return exitFailure
	}
	code := exitOK
	if len(args) == 0 {
		args, code = []string{"--help"}, exitUsage
	}
	command, err := parser.Parse(args)
	switch {
	case exited: // help was asked for and given
		return code
	case err != nil || len(below.problems) > 0:
		tellUsage(stderr, below.problems, err)
		return exitUsage
	}
	if err := command.Run(&console{ctx, stdout, stderr, command, below}); err != nil {
		fmt.Fprintln(stderr, "tapgate:", oneLine(err))
		return exitFailure
	}
	return exitOK
}

// tellUsage tells what is wrong with the command line and with what lies below it, all of it.
func tellUsage(w io.Writer, problems config.Invalid, err error) {
	if more, ok := errors.AsType[config.Invalid](err); ok {
		problems = append(problems, more...)
	} else if err != nil {
		problems = append(problems, err.Error())
	}
	for _, p := range problems {
		fmt.Fprintln(w, "tapgate:", p)
	}
	fmt.Fprintln(w, "See 'tapgate --help'.")
}

// oneLine says what failed and what to do about it. Where a fault says so, the path of calls that led
// to it is no news.
func oneLine(err error) string {
	text := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		text = f.Error()
	}
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ")
}
