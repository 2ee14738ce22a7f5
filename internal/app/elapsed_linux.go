package app

import (
	"time"

	"golang.org/x/sys/unix"
)

// elapsed is how long the machine has been up. It goes on while the machine sleeps, and nobody sets it.
func elapsed() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		panic(err) // every kernel that runs this program has the clock
	}
	return time.Duration(ts.Nano())
}
