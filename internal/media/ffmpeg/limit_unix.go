//go:build unix && !linux

package ffmpeg

import (
	"os/exec"
	"syscall"
)

// isolate puts the program into a process group of its own, which ends with its time.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// limit does nothing: only Linux bounds a program that runs already.
func limit(int, int64) error { return nil }
