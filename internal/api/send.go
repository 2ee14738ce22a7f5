package api

import (
	"net/http"

	"tapgate/internal/gateway"
	"tapgate/internal/whapi"
)

func (s *Server) sendRoutes() []Route {
	return []Route{
		{http.MethodPost, "/messages/text", s.send(whapi.DecodeText)},
		{http.MethodPost, "/messages/interactive", s.send(whapi.DecodeInteractive)},
	}
}

// send makes the handler that sends one kind of message. The header X-Tapgate-Recipe names the
// encoding on the wire to use for this message; without it the backend chooses.
func (s *Server) send(decode func(body []byte) (whapi.Send, error)) handler {
	return func(c call) (answer, error) {
		body, err := c.body()
		if err != nil {
			return answer{}, err
		}
		m, err := decode(body)
		if err != nil {
			return answer{}, err
		}
		key, err := idempotencyKey(c.Request, body)
		if err != nil {
			return answer{}, err
		}
		expires, err := expiry(c.Request)
		if err != nil {
			return answer{}, err
		}
		sent, err := s.Gateway.Send(c.Context(), c.channel, gateway.Draft{
			To: m.To, Content: m.Content, Typing: m.Typing, Recipe: c.Header.Get("X-Tapgate-Recipe"), Key: key, Expiry: expires,
		})
		if err != nil {
			return answer{}, err
		}
		a, err := asJSON(whapi.EncodeSent(sent))
		a.warnings = m.Warnings
		return a, err
	}
}
