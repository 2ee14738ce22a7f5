package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// problem is an error that a caller can read: the JSON {"error":{"code","message","details"}}.
type problem struct {
	// Status is the HTTP status, repeated as the code.
	Status int `json:"code"`
	// Message says in one sentence what is wrong.
	Message string `json:"message"`
	// Details lists every fault of the input, or the reason; it may be "".
	Details string `json:"details,omitempty"`
}

func (p problem) Error() string {
	if p.Details == "" {
		return p.Message
	}
	return p.Message + ": " + p.Details
}

func notFound(message string) problem { return problem{Status: http.StatusNotFound, Message: message} }

// faults collects everything wrong with one input, so that a caller can mend it in one go.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// err is nil when nothing is wrong.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return problem{Status: http.StatusBadRequest, Message: "the request is not understood", Details: strings.Join(f, "; ")}
}

func writeProblem(w http.ResponseWriter, p problem) {
	writeJSON(w, p.Status, map[string]problem{"error": p})
}

// writeJSON answers with v. HTML characters stay as they are: the answer is never markup, and a
// person reads it.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a reader that went away is not a fault of ours
}

const (
	bodyLimit  = 1 << 20                // bytes of an ordinary request
	mediaLimit = 16<<20*4/3 + bodyLimit // bytes of a request that carries 16 MiB of media in base64
)

// readJSON decodes one JSON value of at most limit bytes into v. Unknown fields are ignored.
func readJSON(r *http.Request, limit int64, v any) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return problem{Status: http.StatusBadRequest, Message: "the request body ended early"}
	}
	if int64(len(b)) > limit {
		return problem{
			Status:  http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("the request body is larger than %d bytes", limit),
		}
	}
	if err := json.Unmarshal(b, v); err != nil {
		return problem{Status: http.StatusBadRequest, Message: "the request body is not the JSON expected here", Details: jsonFault(err)}
	}
	return nil
}

func jsonFault(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return fmt.Sprintf("%s is a %s, want %s", strings.ToLower(wrong.Field), wrong.Value, wrong.Type)
	}
	return err.Error()
}
