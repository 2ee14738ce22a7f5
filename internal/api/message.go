package api

import (
	"net/http"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/whapi"
)

func (s *Server) messageRoutes() []Route {
	return []Route{{http.MethodGet, "/messages/{MessageID}", s.readMessage}}
}

func (s *Server) readMessage(c call) (answer, error) {
	text, err := c.param("MessageID")
	if err != nil {
		return answer{}, err
	}
	which, err := id.ParseMessage(text)
	if err != nil {
		return answer{}, fault.Wrap(fault.NotFound, err, "Specified message not found")
	}
	m, err := s.Gateway.Message(c.Context(), c.channel, which)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeMessage(m))
}
