package bench

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// syncTime measures how long the disk under dir takes to make a page at the end of a file durable, as
// a commit does with the write-ahead log. In microseconds.
func syncTime(dir string) (us float64, err error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	page := make([]byte, 4096)
	var took []float64
	for range 100 {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began).Nanoseconds())/1000)
	}
	return median(took), nil
}
