//go:build !linux

package bench

import "time"

// cpuTime is not known on this system.
func cpuTime(int) time.Duration { return 0 }

// memory is not known on this system.
func memory(int) int64 { return 0 }
