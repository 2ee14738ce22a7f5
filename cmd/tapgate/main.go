// Command tapgate is a self-hosted WhatsApp gateway. See tapgate --help.
package main

import (
	"context"
	"os"

	"tapgate/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
