package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"tapgate/internal/fault"
)

// body reads the JSON body of the request, complete. It refuses other media types, more than
// maxBody bytes, and a body that takes longer than BodyWait. The error is a fault.
func (c call) body() ([]byte, error) {
	if err := checkMediaType(c.Header); err != nil {
		return nil, err
	}
	control := http.NewResponseController(c.w)
	// A writer without deadlines (in a test, or under a proxy of our own) has no slow clients.
	_ = control.SetReadDeadline(c.server.Now().Add(c.server.BodyWait))
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	if err != nil {
		return nil, bodyFault(err)
	}
	// Cleared, or the deadline would later be taken for the client's going away.
	_ = control.SetReadDeadline(time.Time{})
	return b, nil
}

func bodyFault(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		f := fault.Wrap(fault.TooLarge, err, "Request body too large")
		f.Next = "a JSON body may have 1 MiB"
		return f
	}
	f := fault.Wrap(fault.Invalid, err, "Request body incomplete")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		f.Next = "it did not arrive in time"
	}
	return f
}

// checkMediaType lets JSON in UTF-8 pass, and a body that does not say what it is.
func checkMediaType(h http.Header) error {
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		f := fault.New(fault.Unsupported, "Unsupported content encoding")
		f.Next = "send the body without Content-Encoding"
		return f
	}
	given := h.Get("Content-Type")
	if given == "" {
		return nil
	}
	mediaType, params, err := mime.ParseMediaType(given)
	f := fault.New(fault.Unsupported, "Unsupported media type")
	f.Next = "send JSON with header 'Content-Type: application/json'"
	switch charset := params["charset"]; {
	case err != nil:
		return f
	case strings.HasPrefix(mediaType, "multipart/"):
		f.Next = "multipart bodies are not served yet: send JSON with header 'Content-Type: application/json'"
		return f
	case mediaType != "application/json" && mediaType != "text/json" && !strings.HasSuffix(mediaType, "+json"):
		return f
	case charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii"):
		f.Next = "send JSON in UTF-8"
		return f
	}
	return nil
}
