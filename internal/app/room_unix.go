//go:build unix

package app

import "golang.org/x/sys/unix"

// room is how many bytes a user may still write to the disk of a path.
func room(path string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
