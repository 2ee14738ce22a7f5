package backend

import (
	"errors"
	"fmt"
)

// ErrOffline says that the session is not connected: nothing was attempted.
var ErrOffline = errors.New("not connected to WhatsApp")

// Refusal is WhatsApp's no to a message. It is final: sending the same again gets the same answer.
type Refusal struct {
	// Code is the error of the ack, such as 479.
	Code int
	// Reason is a sentence that explains the code.
	Reason string
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("refused by WhatsApp with %d: %s", r.Code, r.Reason)
}
