package console

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
)

// apiPath is where the API stands for the page. The rest of the path is the API's own.
const apiPath = "/api/"

// forward hands a call of the page to the API, with the session's token in place of its cookie.
func (s *Server) forward(w http.ResponseWriter, r *http.Request, in session) {
	call := r.Clone(r.Context())
	call.URL.Path = "/" + strings.TrimPrefix(r.URL.Path, Root+apiPath)
	call.URL.RawPath = ""
	if raw, ok := strings.CutPrefix(r.URL.RawPath, Root+apiPath); ok {
		call.URL.RawPath = "/" + raw
	}
	call.RequestURI = call.URL.RequestURI()
	call.Header.Del("Cookie")
	query := call.URL.Query()
	query.Del("token") // the session's counts
	call.URL.RawQuery = query.Encode()
	call.Header.Set("Authorization", "Bearer "+in.token)
	s.API.ServeHTTP(w, call)
}

// ask makes a GET request of the API, within the process.
func ask(ctx context.Context, api http.Handler, token, target string) (status int, body []byte) {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return http.StatusBadRequest, nil
	}
	r := (&http.Request{
		Method: http.MethodGet, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Authorization": {"Bearer " + token}}, Body: http.NoBody, Host: "localhost",
	}).WithContext(ctx)
	w := &answered{header: http.Header{}}
	api.ServeHTTP(w, r)
	return w.status, w.body.Bytes()
}

// answered keeps an answer of the API.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answered) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answered) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answered) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
