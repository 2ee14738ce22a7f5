// Package cli is the command line: it reads flags and environment, starts what was asked for,
// tells the facts on stdout, and stops it on a signal. The log goes to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"tapgate/internal/config"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// commands is the grammar of the command line.
type commands struct {
	Sandbox sandboxCommand `cmd:"" help:"Try it: gateway, emulated WhatsApp and a phone in the browser, in one process. Needs no number and no phone."`
	Serve   serveCommand   `cmd:"" help:"Run the gateway on WhatsApp, or on an emulated network."`
	Network networkCommand `cmd:"" help:"Run the emulated WhatsApp alone, for a gateway in another process."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `A self-hosted WhatsApp gateway for messages people can tap.

Begin with 'tapgate sandbox': it prints an address to open in the browser and a command to paste.
Each flag can be given as an environment variable too; the flag wins.`

// console is where a command writes.
type console struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// Run executes one command line, without the program's name, and returns the exit code: 0, 1 after
// a failure, 2 after a command line that makes no sense. Ending ctx is like a first signal.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	exited := false
	parser, err := kong.New(&commands{},
		kong.Name("tapgate"), kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }),
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
	case err != nil:
		tellUsage(stderr, err)
		return exitUsage
	}
	if err := command.Run(&console{ctx, stdout, stderr}); err != nil {
		fmt.Fprintln(stderr, "tapgate:", err)
		return exitFailure
	}
	return exitOK
}

// tellUsage tells what is wrong with the command line, all of it.
func tellUsage(w io.Writer, err error) {
	if problems, ok := errors.AsType[config.Invalid](err); ok {
		for _, p := range problems {
			fmt.Fprintln(w, "tapgate:", p)
		}
	} else {
		fmt.Fprintln(w, "tapgate:", err)
	}
	fmt.Fprintln(w, "See 'tapgate --help'.")
}
