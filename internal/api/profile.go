package api

import (
	"net/http"

	"tapgate/internal/gateway"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

func (s *Server) profileRoutes() []Route {
	return []Route{
		{http.MethodGet, "/users/profile", s.showProfile},
		{http.MethodPatch, "/users/profile", s.changeProfile},
		{http.MethodPut, "/status", s.changeAbout},
	}
}

func (s *Server) showProfile(c call) (answer, error) {
	p, err := s.Gateway.Profile(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeProfile(p))
}

func (s *Server) changeProfile(c call) (answer, error) {
	in, err := c.readJSON(whapi.MaxUpload)
	if err != nil {
		return answer{}, err
	}
	defer in.close()
	change, err := whapi.DecodeProfileChange(in.Body())
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) {
		for _, field := range change.Fields() {
			a.Changes = append(a.Changes, store.AuditChange{Field: field})
		}
	})
	if err := s.Gateway.SetProfile(c.Context(), c.channel, gateway.ProfileChange(change)); err != nil {
		return answer{}, err
	}
	return success()
}

func (s *Server) changeAbout(c call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	about, err := whapi.DecodeAbout(body)
	if err != nil {
		return answer{}, err
	}
	c.note(func(a *store.Audit) { a.Changes = []store.AuditChange{{Field: "about"}} })
	if err := s.Gateway.SetProfile(c.Context(), c.channel, gateway.ProfileChange{About: about}); err != nil {
		return answer{}, err
	}
	return success()
}
