package message

import "tapgate/internal/fault"

// Validate returns everything that is wrong with c as something to be sent. The paths are JSON
// pointers into the request body of the dialect, such as /action/buttons/0/title. A Reply or an
// Unknown can only be received.
func Validate(c Content) []fault.Problem {
	return nil
}
