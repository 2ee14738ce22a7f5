//go:build !linux

package app

import "time"

// elapsed is nil where only the process's own time is at hand.
var elapsed func() time.Duration
