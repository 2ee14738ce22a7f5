package whapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tapgate/internal/fault"
)

// statusOf is the table of HTTP statuses. Everything that is no fault is our own failure.
func statusOf(f *fault.Error) int {
	switch f.Kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unpaired:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.NotAllowed:
		return http.StatusMethodNotAllowed
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		if len(f.Problems) > 0 { // fields of a request, not its media type
			return http.StatusBadRequest
		}
		return http.StatusUnsupportedMediaType
	case fault.Unprocessable:
		return http.StatusUnprocessableEntity
	case fault.NotAcceptable:
		return http.StatusNotAcceptable
	case fault.Busy:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

type errorJSON struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details string `json:"details,omitempty"`
	// Fault is the stable name of this very fault, such as whatsapp_479. The dialect has no such
	// field.
	Fault string `json:"fault,omitempty"`
}

// EncodeError turns any error into the HTTP status and the body of the answer, and into how long
// the client should wait before it tries again (0: not known). Causes never leave.
//
// The paths of problems become those of the dialect: /action is told as /body/action. Paths that
// begin with /query/ or /params/ are not of the body and stay.
func EncodeError(err error) (status int, body []byte, retryAfter time.Duration) {
	f := *fault.Of(err)
	problems := make([]fault.Problem, len(f.Problems))
	for i, p := range f.Problems {
		if !strings.HasPrefix(p.Path, "/query/") && !strings.HasPrefix(p.Path, "/params/") {
			p.Path = "/body" + p.Path
		}
		problems[i] = p
	}
	f.Problems = problems
	status = statusOf(&f)
	body, err = encode(map[string]errorJSON{"error": {
		Code: status, Message: f.Message, Details: f.Details(), Fault: f.Code,
	}})
	if err != nil {
		body = json.RawMessage(`{"error":{"code":500,"message":"Internal Error"}}`)
		status = http.StatusInternalServerError
	}
	return status, body, f.RetryAfter
}
