package media

import (
	"context"
	"errors"
	"os"
	"time"
)

const (
	sweepEvery = time.Hour
	sweepBatch = 500 // rows of one transaction
	// orphanAge is how old bytes without a row must be to be removed: they may be about to get one.
	orphanAge = time.Hour
)

// Start starts the sweeper: it removes files whose time is up, and bytes that no row names, left by
// a process that was killed between the two.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.end != nil {
		return errors.New("media: started twice or after a stop")
	}
	ctx, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.sweeping.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "media not swept", "error", err)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return nil
}

// Stop ends the sweeper and closes the store; a private directory is removed. It may be called twice.
func (s *Service) Stop(context.Context) error {
	s.mu.Lock()
	end, closed := s.end, s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	if end != nil {
		end()
	}
	s.sweeping.Wait()
	err := s.shelf.close()
	if s.private != "" {
		err = errors.Join(err, os.RemoveAll(s.private))
	}
	return err
}

// Sweep removes what the sweeper would remove now.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.sweepRows(ctx)
		if err != nil {
			return err
		}
		if n < sweepBatch {
			break
		}
	}
	return s.shelf.each(s.Now().Add(-orphanAge), func(digest [32]byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n, err := s.Store.FileCount(ctx, digest); err != nil || n > 0 {
			return err
		}
		return s.shelf.alone(func() error { s.drop(ctx, digest); return nil })
	})
}

// sweepRows removes a batch of rows whose time is up, with their bytes, and returns how many rows.
func (s *Service) sweepRows(ctx context.Context) (n int, err error) {
	err = s.shelf.alone(func() error {
		digests, err := s.Store.SweepFiles(ctx, s.Now().Add(-s.Limits.Keep), sweepBatch)
		if err != nil {
			return err
		}
		n = len(digests)
		for _, digest := range digests {
			s.drop(ctx, digest)
		}
		return nil
	})
	return n, err
}
