package api

import (
	"net/http"
	"strconv"
	"time"

	"tapgate/internal/fault"
)

// maxExpiry is the longest that a message may wait to leave.
const maxExpiry = 30 * 24 * time.Hour

// expiry reads the header X-Tapgate-Expire-After: for how many seconds, 1 to 2592000 (30 days), the
// message may wait to leave. Some are of no use later, a login code for one. Without the header it
// is 0, and the gateway's setting counts.
func expiry(r *http.Request) (time.Duration, error) {
	values := r.Header.Values("X-Tapgate-Expire-After")
	if len(values) == 0 {
		return 0, nil
	}
	n, err := strconv.Atoi(values[0])
	if err != nil || len(values) > 1 || n < 1 || n > int(maxExpiry/time.Second) {
		return 0, fault.New(fault.Invalid, "The header X-Tapgate-Expire-After must hold a number of seconds from 1 to %d", int(maxExpiry/time.Second))
	}
	return time.Duration(n) * time.Second, nil
}
