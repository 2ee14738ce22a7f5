package gateway

import (
	"context"

	"tapgate/internal/message"
)

// accepting is an accept under way: its row has a place, and its commit waits for the disk. What has to
// be stored before the message leaves is stored meanwhile, so that the disk is waited for once.
type accepting struct {
	done chan struct{} // closed when the outcome is known
	err  error         // valid after done
}

func newAccepting() *accepting { return &accepting{done: make(chan struct{})} }

func (s *accepting) end(err error) {
	s.err = err
	close(s.done)
}

// wait returns nil when the row is durable, and an error when it was not accepted. Of a row that was
// durable when it was handed over there is nothing to wait for: nil stands for that.
func (s *accepting) wait(ctx context.Context) error {
	if s == nil {
		return nil
	}
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// failed waits for the outcome, which the database owes, and reports whether there is no such row.
func (s *accepting) failed() bool { return s.wait(context.Background()) != nil }

// leavesAtOnce reports whether nothing is done about a message before it leaves: no file is uploaded and
// no typing shown, which nobody shall see of a message that was not accepted.
func leavesAtOnce(d Draft) bool {
	files := false
	_, err := message.EachMedia(d.Content, func(_ string, m message.Media) (message.Media, error) {
		files = true
		return m, nil
	})
	return !files && err == nil && d.Typing == 0
}
