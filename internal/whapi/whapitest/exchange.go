package whapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Exchange is a request to the API and its answer.
type Exchange struct {
	// Request is the request; its Body is not read.
	Request *http.Request
	// RequestBody is the body of the request.
	RequestBody []byte
	Status      int
	// Header is the header of the answer.
	Header http.Header
	// Body is the body of the answer.
	Body []byte
}

// CheckExchange returns what is not as the document says. A request is checked only when it was
// accepted: others are wrong on purpose. What the document does not serve must be answered with
// 404 or 405.
func (c *Contract) CheckExchange(x Exchange) error {
	path, item, op := c.find(x.Request)
	var err error
	if op == nil {
		err = c.checkRefused(x)
	} else {
		err = errors.Join(c.checkRequest(x, path, item), c.checkAnswer(x, op))
	}
	if err != nil {
		return fmt.Errorf("%s %s, status %d: %w", x.Request.Method, x.Request.URL.Path, x.Status, err)
	}
	return nil
}

func (c *Contract) checkRefused(x Exchange) error {
	if x.Status != http.StatusNotFound && x.Status != http.StatusMethodNotAllowed {
		return errors.New("the document has no such operation")
	}
	if x.Request.Method == http.MethodHead {
		return nil
	}
	schema, ok := c.model.Components.Schemas.Get("Error")
	if !ok {
		return errors.New("the document has no schema Error")
	}
	var body any
	if err := json.Unmarshal(x.Body, &body); err != nil {
		return err
	}
	return c.conforms(schema.Schema(), body)
}

// checkRequest checks an accepted request. That the server is lenient, about the name of the media
// type or about the form of path and token, is its own matter.
func (c *Contract) checkRequest(x Exchange, path string, item *v3.PathItem) error {
	if x.Status >= 400 {
		return nil
	}
	r := x.Request.Clone(x.Request.Context())
	r.URL.Path, r.URL.RawPath = tidy(r.URL), ""
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.RequestBody)), int64(len(x.RequestBody))
	if r.Method == http.MethodHead && item.Head == nil {
		r.Method = http.MethodGet
	}
	if kind := mediaType(r.Header); len(x.RequestBody) > 0 && (kind == "" || strings.HasSuffix(kind, "json")) {
		r.Header.Set("Content-Type", "application/json")
	}
	if words := strings.Fields(r.Header.Get("Authorization")); len(words) == 2 && strings.EqualFold(words[0], "Bearer") {
		r.Header.Set("Authorization", "Bearer "+words[1])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok, errs := c.requests.ValidateHttpRequestWithPathItem(r, item, path); !ok {
		return fmt.Errorf("accepted, but the request is not as described: %w", joined(errs))
	}
	return nil
}

func (c *Contract) checkAnswer(x Exchange, op *v3.Operation) error {
	answer, ok := op.Responses.Codes.Get(strconv.Itoa(x.Status))
	if !ok {
		return fmt.Errorf("the document has no answer with this status: %s", x.Body)
	}
	for name := range x.Header {
		if strings.HasPrefix(name, "X-Tapgate-") && (answer.Headers == nil || answer.Headers.GetOrZero(name) == nil) {
			return fmt.Errorf("the header %s of the answer is not described", name)
		}
	}
	switch {
	case x.Request.Method == http.MethodHead:
		return nil
	case answer.Content == nil || answer.Content.Len() == 0:
		if len(x.Body) > 0 {
			return fmt.Errorf("the document describes no body: %s", x.Body)
		}
		return nil
	}
	content, ok := described(answer, mediaType(x.Header))
	if !ok {
		return fmt.Errorf("the document describes no answer of type %s", mediaType(x.Header))
	}
	if mediaType(x.Header) != "application/json" || content.Schema == nil {
		return nil
	}
	var body any
	if err := json.Unmarshal(x.Body, &body); err != nil {
		return fmt.Errorf("answer is not JSON: %w", err)
	}
	if err := c.conforms(content.Schema.Schema(), body); err != nil {
		return fmt.Errorf("the answer is not as described: %w\n%s", err, x.Body)
	}
	return nil
}

// described finds what an answer says of a media type, by its name or by */*.
func described(answer *v3.Response, kind string) (*v3.MediaType, bool) {
	if content, ok := answer.Content.Get(kind); ok {
		return content, true
	}
	return answer.Content.Get("*/*")
}

func mediaType(h http.Header) string {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// find returns the operation that the document has for a request; GET stands for HEAD as well. A
// path without parameters goes before one with them, also when it does not serve the method.
func (c *Contract) find(r *http.Request) (path string, item *v3.PathItem, op *v3.Operation) {
	given := strings.Split(tidy(r.URL), "/")
	best := len(given) + 1
	for pattern, candidate := range c.model.Paths.PathItems.FromOldest() {
		parts := strings.Split(pattern, "/")
		wild := 0
		if len(parts) != len(given) || !slices.EqualFunc(parts, given, func(part, text string) bool {
			if strings.HasPrefix(part, "{") {
				wild++
				return true
			}
			return part == text
		}) || wild >= best {
			continue
		}
		best, path, item = wild, pattern, candidate
	}
	if item == nil {
		return "", nil, nil
	}
	method := r.Method
	if method == http.MethodHead && item.Head == nil { // what is read can be asked about
		method = http.MethodGet
	}
	return path, item, item.GetOperations().GetOrZero(strings.ToLower(method))
}

// tidy returns the path without empty segments.
func tidy(u *url.URL) string {
	return "/" + strings.Join(slices.DeleteFunc(strings.Split(u.Path, "/"), func(s string) bool { return s == "" }), "/")
}
