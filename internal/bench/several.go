package bench

import (
	"errors"
	"sync"
)

// several calls do for 0 to n-1, at most width at a time, and returns what went wrong.
func several(n, width int, do func(i int) error) error {
	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		errs   []error
		places = make(chan struct{}, width)
	)
	for i := range n {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			if err := do(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if len(errs) < 3 { // the others say the same
					errs = append(errs, err)
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
