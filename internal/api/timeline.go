package api

import (
	"tapgate/internal/gateway"
	"tapgate/internal/whapi"
)

func (s *Server) readTimeline(c call) (answer, error) {
	which, err := c.message()
	if err != nil {
		return answer{}, err
	}
	l, err := s.Gateway.Timeline(c.Context(), c.channel, which)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeTimeline(timelineOf(l)))
}

// timelineOf says a timeline in the words of the translation.
func timelineOf(l gateway.Timeline) whapi.Timeline {
	out := whapi.Timeline{Message: l.Message, Code: l.Code, Reason: l.Reason}
	for _, s := range l.Steps {
		out.Steps = append(out.Steps, whapi.Step{
			Kind: string(s.Kind), At: s.At, Took: s.Took, Number: s.Number,
			Result: string(s.Result), Reason: s.Reason, Viewer: s.Viewer, Reply: s.Reply,
		})
	}
	for _, d := range l.Told {
		told := whapi.Told{
			Message: d.Message, Event: d.Event, Type: d.Type, Method: d.Method,
			Delivery: d.Delivery, Webhook: d.Webhook, State: d.State, CreatedAt: d.CreatedAt,
		}
		for _, a := range d.Attempts {
			told.Attempts = append(told.Attempts, whapi.Attempt{At: a.At, Took: a.Took, Status: a.Status, Failure: a.Failure})
		}
		out.Told = append(out.Told, told)
	}
	return out
}
