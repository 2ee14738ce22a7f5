package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/whapi"
)

const (
	// uploadFactor says how much longer than another body one with a file may take to arrive.
	uploadFactor = 20
	// uploads is how many bodies with base64 are in memory at the same time: each takes up to three
	// times its size.
	uploads = 2
	// maxDrain is how much of a refused body is read and thrown away, in bytes, so that a client that
	// reads no answer before it has sent everything gets its answer.
	maxDrain = 256 << 20
)

// body reads the JSON body of the request, complete. It refuses other media types, more than
// maxBody bytes, and a body that takes longer than BodyWait. The error is a fault.
func (c call) body() (whapi.JSON, error) {
	b, err := c.readJSON(maxBody)
	if err != nil {
		return nil, err
	}
	return b.json, nil
}

// payload is a request body that has arrived. It has to be closed.
type payload struct {
	json    whapi.JSON
	form    *form // nil when it is JSON
	release func()
}

// Body is what the decoders take.
func (p *payload) Body() whapi.Body {
	if p.form != nil {
		return p.form.texts
	}
	return p.json
}

// close lets go of the memory and the files that the body takes. It may be called twice.
func (p *payload) close() {
	release := p.release
	*p = payload{} // nothing points to the memory any more
	if release != nil {
		release()
	}
}

// read reads the body of a request that sends a message: a form, or at most limit bytes of JSON. The
// error is a fault.
func (c call) read(limit int64) (*payload, error) {
	if err := checkCoding(c.Header); err != nil {
		return nil, err
	}
	if mediaType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err == nil && mediaType == "multipart/form-data" {
		return c.readForm(limit)
	}
	return c.readJSON(limit)
}

// readJSON reads a JSON body of at most limit bytes. One that is longer than maxBody waits on the disk
// until it has arrived, however slowly, and until there is room for it in memory.
func (c call) readJSON(limit int64) (*payload, error) {
	if err := checkMediaType(c.Header); err != nil {
		return nil, err
	}
	if c.ContentLength > limit {
		return nil, tooLarge(nil, limit)
	}
	c.allow(c.server.BodyWait)
	r := http.MaxBytesReader(c.w, c.Body, limit)
	first, err := io.ReadAll(io.LimitReader(r, maxBody))
	if err != nil {
		return nil, bodyFault(err, limit)
	}
	if len(first) < maxBody || limit <= maxBody {
		if _, err := r.Read(make([]byte, 1)); err != io.EOF { // there must be no more
			return nil, bodyFault(err, limit)
		}
		c.allow(0)
		return &payload{json: first}, nil
	}
	c.allow(uploadFactor * c.server.BodyWait)
	return c.readLarge(first, r, limit)
}

// readLarge reads the rest of a large body by way of the disk.
func (c call) readLarge(first []byte, rest io.Reader, limit int64) (*payload, error) {
	f, err := os.CreateTemp("", "tapgate-body-*")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	from := &bodyReader{r: rest}
	n, err := io.Copy(f, from)
	if from.err != nil {
		return nil, bodyFault(from.err, limit)
	}
	if err != nil {
		return nil, err // our disk
	}
	c.allow(0)
	release, err := c.server.room(c.Context())
	if err != nil {
		return nil, err
	}
	whole := make([]byte, int64(len(first))+n)
	copy(whole, first)
	if _, err := f.ReadAt(whole[len(first):], 0); err != nil {
		release()
		return nil, err
	}
	return &payload{json: whole, release: release}, nil
}

// room waits for room in memory for a large body. Releasing it gives the memory back at once: the
// collector would let as much again pile up.
func (s *Server) room(ctx context.Context) (release func(), err error) {
	select {
	case s.heavy <- struct{}{}:
		return func() {
			debug.FreeOSMemory()
			<-s.heavy
		}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// allow sets how long the body may take from now on. 0 takes the limit away, or the deadline would
// later be taken for the client's going away.
func (c call) allow(d time.Duration) {
	var deadline time.Time
	if d > 0 {
		deadline = c.server.Now().Add(d)
	}
	// A writer without deadlines (in a test, or under a proxy of our own) has no slow clients.
	_ = http.NewResponseController(c.w).SetReadDeadline(deadline)
}

// drain throws away what is left of the body of a refused request.
func (c call) drain() {
	if c.Body == nil || c.Method == http.MethodGet || c.Method == http.MethodHead {
		return
	}
	c.allow(c.server.BodyWait)
	_, _ = io.Copy(io.Discard, io.LimitReader(c.Body, maxDrain))
}

// optionalBody is body where an empty one stands for an object without fields.
func (c call) optionalBody() (whapi.JSON, error) {
	b, err := c.body()
	if err == nil && len(b) == 0 {
		b = []byte("{}")
	}
	return b, err
}

// bodyReader remembers that the body broke off: the fault is the caller's then, not that of our disk.
type bodyReader struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// bodyFault says why a body of at most limit bytes could not be read.
func bodyFault(err error, limit int64) error {
	if _, long := errors.AsType[*http.MaxBytesError](err); long || err == nil {
		return tooLarge(err, limit)
	}
	f := fault.Wrap(fault.Invalid, err, "Request body incomplete")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		f.Next = "it did not arrive in time"
	}
	return f
}

func tooLarge(err error, limit int64) error {
	f := fault.Wrap(fault.TooLarge, err, "Request body too large")
	switch limit {
	case maxBody:
		f.Next = "a JSON body may have 1 MiB"
	case whapi.MaxUpload:
		f.Next = "a JSON body may have 96 MiB; send a larger file as a part of a form, or upload it first by POST /media"
	default:
		f.Next = "a file may have 100 MiB"
	}
	return f
}

func checkCoding(h http.Header) error {
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		f := fault.New(fault.Unsupported, "Unsupported content encoding")
		f.Next = "send the body without Content-Encoding"
		return f
	}
	return nil
}

// checkMediaType lets JSON in UTF-8 pass, and a body that does not say what it is.
func checkMediaType(h http.Header) error {
	if err := checkCoding(h); err != nil {
		return err
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
	case mediaType != "application/json" && mediaType != "text/json" && !strings.HasSuffix(mediaType, "+json"):
		return f
	case charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii"):
		f.Next = "send JSON in UTF-8"
		return f
	}
	return nil
}
