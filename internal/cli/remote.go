package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tapgate/internal/obs"
)

// remote is embedded in the commands that speak to a running tapgate.
type remote struct {
	URL   string     `name:"url" help:"Address of the running tapgate." default:"http://127.0.0.1:8080" env:"TAPGATE_URL"`
	Token obs.Secret `help:"Token that opens it." env:"TAPGATE_TOKEN" placeholder:"TOKEN"`
	JSON  bool       `help:"Print what tapgate answers, as JSON."`
}

// remoteWait bounds one request, in which tapgate may wait for WhatsApp.
const remoteWait = 2 * time.Minute

// maxRemote is how much of an answer is read, in bytes.
const maxRemote = 64 << 20

// get asks for path, which may have a query, and reads the answer into out.
func (r *remote) get(ctx context.Context, path string, out any) error {
	return r.do(ctx, http.MethodGet, path, nil, out)
}

// do makes one request with in as its JSON body, nil for none, and reads the JSON of the answer into
// out, unless that is nil; a *json.RawMessage takes it as it is. A refusal is an error with the
// message of the answer.
func (r *remote) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, remoteWait)
	defer cancel()
	req, err := r.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if cause := (*url.Error)(nil); errors.As(err, &cause) {
			err = cause.Err // the URL of the request is no news
		}
		return fmt.Errorf("no answer from %s: %w; is tapgate running there? --url or TAPGATE_URL names another address", r.URL, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRemote))
	if err != nil {
		return fmt.Errorf("answer of %s broke off: %w", r.URL, err)
	}
	if resp.StatusCode > 299 {
		if r.Token == "" && bytes.Contains(body, []byte("no token was given")) { // told for callers of the API
			return errNoToken
		}
		return refusal(resp.StatusCode, body)
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s does not answer as tapgate does: %w", r.URL, err)
	}
	return nil
}

func (r *remote) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(r.URL, "/")+path, body)
	if err != nil {
		return nil, fmt.Errorf("--url is no URL: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token := r.Token.Reveal(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

// errNoToken is what a request without a token comes to.
var errNoToken = errors.New("no token was given: use --token, or TAPGATE_TOKEN or TAPGATE_ADMIN_TOKEN in the environment; the first start of tapgate serve printed them")

// refused is the answer of a tapgate that says no.
type refused struct {
	status int
	text   string
}

// Error implements error.
func (r *refused) Error() string { return r.text }

// refusal reads an answer in the dialect's form of errors.
func refusal(status int, body []byte) error {
	var told struct {
		Error struct{ Message, Details string }
	}
	text := fmt.Sprintf("tapgate answered %d %s", status, http.StatusText(status))
	if json.Unmarshal(body, &told) == nil && told.Error.Message != "" {
		text = fmt.Sprintf("%s (%d)", told.Error.Message, status)
		if told.Error.Details != "" {
			text += ": " + told.Error.Details
		}
	}
	return &refused{status, text}
}
