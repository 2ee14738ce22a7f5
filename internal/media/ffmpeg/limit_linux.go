package ffmpeg

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolate puts the program into a process group of its own, which ends with its time, and lets it die
// with this process.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// Limits of a running program, beside its time.
const (
	maxMemory  = 2 << 30 // bytes of address space
	maxCPU     = 300     // seconds, of all its threads
	spareBytes = 8 << 20 // what it may write beside the result
)

// limit bounds a program that has just begun to run. A program that has ended already needs none.
func limit(pid int, maxBytes int64) error {
	for resource, most := range map[int]uint64{
		unix.RLIMIT_AS:    maxMemory,
		unix.RLIMIT_CPU:   maxCPU,
		unix.RLIMIT_FSIZE: uint64(maxBytes) + spareBytes,
		unix.RLIMIT_CORE:  0,
	} {
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}
