package gateway

import (
	"context"
	"errors"
	"time"

	"tapgate/internal/fault"
)

// stored makes a fault of a failure of the database: the disk is full, the file is locked or
// damaged. Faults stay as they are, and so does the caller's going away.
func stored(err error) error {
	if f := (*fault.Error)(nil); err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: "storage", Message: "The gateway's database does not work",
		Next:       "its disk may be full; the log says more",
		RetryAfter: 5 * time.Second, Cause: err,
	}
}

// notAccepted makes a fault of a failure to store a message. Nobody can say whether the database has
// it: it may have reached the disk before the failure.
func notAccepted(err error) error {
	err = stored(err)
	if f := (*fault.Error)(nil); errors.As(err, &f) && f.Code == "storage" {
		f.Message = "The message could not be stored"
		f.Next = "it is sent only if it reached the disk all the same: repeat the request, with the same Idempotency-Key if it had one"
	}
	return err
}
