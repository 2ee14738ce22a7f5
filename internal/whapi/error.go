package whapi

import "time"

// EncodeError turns any error into the HTTP status and the body of the answer, and into how long
// the client should wait before it tries again (0: not known). Causes never leave.
func EncodeError(err error) (status int, body []byte, retryAfter time.Duration) {
	return 500, nil, 0
}
