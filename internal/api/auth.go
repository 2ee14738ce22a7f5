package api

import (
	"net/http"
	"strings"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
)

// authenticate finds out what the request's token opens. A wrong token and a missing one
// are both "Channel not found", as programs written for the dialect expect: 401 means to them that
// the channel is not paired.
func (s *Server) authenticate(r *http.Request) (channel.Token, error) {
	token := tokenOf(r)
	if token == "" {
		f := fault.New(fault.NotFound, "Channel not found")
		f.Next = "no token was given: send it as header 'Authorization: Bearer <token>' or as query parameter 'token'"
		return channel.Token{}, f
	}
	t, err := s.Gateway.Authenticate(r.Context(), token)
	if fault.Is(err, fault.NotFound) {
		f := fault.Wrap(fault.NotFound, err, "Channel not found")
		f.Next = "the token that was given opens no channel"
		return channel.Token{}, f
	}
	return t, err
}

// tokenOf returns the token of the request: the bearer token, else the query parameter.
func tokenOf(r *http.Request) string {
	scheme, token, found := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if token = strings.TrimSpace(token); found && strings.EqualFold(scheme, "Bearer") && token != "" {
		return token
	}
	return r.URL.Query().Get("token")
}
