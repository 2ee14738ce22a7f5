//go:build !unix

package ffmpeg

import "os/exec"

// isolate does nothing: the program ends with its time, and it starts no others.
func isolate(*exec.Cmd) {}

// limit does nothing here.
func limit(int, int64) error { return nil }
