package api

import (
	"net/http"

	"tapgate/internal/gateway"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

// tokenRoutes are the same for the tokens of a channel and for admin tokens, of which the call's
// channel is "".
func (s *Server) tokenRoutes() []Route {
	var all []Route
	for _, root := range []string{ownChannel + "/tokens", "/tapgate/tokens"} {
		all = append(all,
			Route{http.MethodGet, root, s.listTokens},
			Route{http.MethodPost, root, s.addToken},
			Route{http.MethodPost, root + "/{TokenID}/rotate", s.rotateToken},
			Route{http.MethodDelete, root + "/{TokenID}", s.revokeToken},
		)
	}
	return all
}

func (s *Server) listTokens(c call) (answer, error) {
	list, err := s.Gateway.Tokens(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeTokens(list, s.Now()))
}

func (s *Server) addToken(c call) (answer, error) {
	body, err := c.optionalBody()
	if err != nil {
		return answer{}, err
	}
	n, err := whapi.DecodeNewToken(body)
	if err != nil {
		return answer{}, err
	}
	t, secret, err := s.Gateway.AddToken(c.Context(), c.channel, gateway.NewToken{Name: n.Name, Scopes: n.Scopes, ExpiresAt: n.ExpiresAt})
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) {
		a.Target = t.ID
		if len(t.Scopes) > 0 { // an admin token has none
			a.Changes = []store.AuditChange{{Field: "scopes", After: whapi.Scopes(t.Scopes)}}
		}
	})
	return asJSON(whapi.EncodeNewToken(t, secret, s.Now()))
}

func (s *Server) rotateToken(c call) (answer, error) {
	token, err := c.param("TokenID")
	if err != nil {
		return answer{}, err
	}
	body, err := c.optionalBody()
	if err != nil {
		return answer{}, err
	}
	overlap, err := whapi.DecodeTokenRotation(body)
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Target = token })
	t, secret, err := s.Gateway.RotateToken(c.Context(), c.channel, token, overlap)
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Changes = []store.AuditChange{{Field: "token", Before: token, After: t.ID}} })
	return asJSON(whapi.EncodeNewToken(t, secret, s.Now()))
}

func (s *Server) revokeToken(c call) (answer, error) {
	token, err := c.param("TokenID")
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Target = token })
	if err := s.Gateway.RevokeToken(c.Context(), c.channel, token); err != nil {
		return answer{}, err
	}
	return success()
}
