package api

import (
	"net/http"

	"tapgate/internal/fault"
	"tapgate/internal/whapi"
)

func (s *Server) healthRoutes() []Route {
	return []Route{
		{http.MethodGet, "/health", s.checkHealth},
		{http.MethodGet, "/limits", s.readLimits},
	}
}

// checkHealth wakes a channel that is not running, unless wakeup=false. That it can't be woken for
// now is told by its state.
func (s *Server) checkHealth(c call) (answer, error) {
	if err := c.wantsWeb(); err != nil {
		return answer{}, err
	}
	if c.wakes() {
		if err := s.Gateway.Wake(c.Context(), c.channel); err != nil && !fault.Is(err, fault.Unavailable) {
			return answer{}, err
		}
	}
	h, err := s.Gateway.Health(c.Context(), c.channel)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeHealth(whapi.Health{
		Channel: c.channel, StartedAt: h.StartedAt, Uptime: h.Uptime, Version: h.Version,
		State: h.State, Fault: h.Fault, Reason: h.Reason, User: h.Channel.Number, UserName: h.Channel.PushName,
	}))
}

// wantsWeb refuses the query parameter channel_type where it asks for a mobile channel, of which there
// are none: here every channel is a linked device.
func (c call) wantsWeb() error {
	if kind := c.URL.Query().Get("channel_type"); kind != "" && kind != "web" {
		f := fault.New(fault.NotAcceptable, "Not acceptable for this channel")
		f.Next = "every channel here is of channel_type web"
		return f
	}
	return nil
}

// wakes reads the query parameter wakeup, which is true when it is absent.
func (c call) wakes() bool { return c.URL.Query().Get("wakeup") != "false" }

// readLimits answers "no limits" by 204: there is no plan to pay for.
func (s *Server) readLimits(call) (answer, error) { return answer{}, nil }
