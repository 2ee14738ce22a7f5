package api

import (
	"context"
	"net/http"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

// Audit keeps who changed what. Errors are those of package store.
type Audit interface {
	BeginAudit(ctx context.Context, a store.Audit) (seq int64, err error)
	EndAudit(ctx context.Context, seq int64, a store.Audit) error
	AuditLog(ctx context.Context, q store.AuditQuery) ([]store.Audit, error)
}

// actionOf is the table of what is audited; "" is not.
func actionOf(method, pattern string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	switch method + " " + pattern {
	case "POST /tapgate/channels":
		return "channel.add"
	case "DELETE " + ownChannel:
		return "channel.remove"
	case "POST " + ownChannel + "/login/code", "GET /users/login/{PhoneNumber}":
		return "channel.pairing_code"
	case "POST " + ownChannel + "/logout", "POST /users/logout":
		return "channel.unpair"
	case "POST " + ownChannel + "/tokens", "POST /tapgate/tokens":
		return "token.add"
	case "POST " + ownChannel + "/tokens/{TokenID}/rotate", "POST /tapgate/tokens/{TokenID}/rotate":
		return "token.rotate"
	case "DELETE " + ownChannel + "/tokens/{TokenID}", "DELETE /tapgate/tokens/{TokenID}":
		return "token.revoke"
	case "PATCH /settings":
		return "settings.change"
	case "DELETE /settings":
		return "settings.reset"
	case "POST /tapgate/webhooks/{WebhookKey}/secret":
		return "webhook.rotate_secret"
	case "POST /tapgate/deliveries/replay": // which may send what was told to another URL
		return "deliveries.replay"
	case "PATCH /users/profile", "PUT /status":
		return "profile.change"
	}
	return ""
}

// endWait bounds how long the end of an action may take to be recorded.
const endWait = 10 * time.Second

// audited makes a handler of one whose calls are recorded: before they do anything, and with how they
// ended. What can't be recorded is not done.
func (s *Server) audited(action string, handle handler) handler {
	if s.Audit == nil {
		return handle
	}
	return func(c call) (answer, error) {
		c.record = &store.Audit{At: s.Now().UTC(), Token: c.token.ID, Action: action, Channel: c.channel}
		seq, err := s.Audit.BeginAudit(c.Context(), *c.record)
		if err != nil {
			f := fault.Wrap(fault.Unavailable, err, "The change could not be recorded, so it was not made")
			f.Code, f.Next, f.RetryAfter = "storage", "the disk may be full; the log says more", 5*time.Second
			return answer{}, f
		}
		a, err := handle(c)
		c.record.Outcome = outcomeOf(err)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), endWait)
		defer cancel()
		if lost := s.Audit.EndAudit(ctx, seq, *c.record); lost != nil {
			s.Log.ErrorContext(ctx, "end of an action not recorded", "action", action, "record", seq, "error", lost)
		}
		return a, err
	}
}

func outcomeOf(err error) store.AuditOutcome {
	if err == nil {
		return store.AuditDone
	}
	switch fault.Of(err).Kind {
	case fault.Internal, fault.Unavailable:
		return store.AuditFailed
	}
	return store.AuditRefused
}

// note adds to the record of the call, if it has one.
func (c call) note(add func(a *store.Audit)) {
	if c.record != nil {
		add(c.record)
	}
}

func (s *Server) auditRoutes() []Route {
	return []Route{{http.MethodGet, "/tapgate/audit", s.listAudit}}
}

func (s *Server) listAudit(c call) (answer, error) {
	q, err := whapi.DecodeAuditQuery(c.URL.Query())
	if err != nil {
		return answer{}, err
	}
	if s.Audit == nil {
		return answer{}, fault.New(fault.NotFound, "No record is kept")
	}
	list, err := s.Audit.AuditLog(c.Context(), store.AuditQuery{Channel: q.Channel, Before: q.Before, Limit: q.Limit})
	if err != nil {
		return answer{}, err
	}
	shown := make([]whapi.Audit, len(list))
	for i, a := range list {
		shown[i] = whapi.Audit{
			Seq: a.Seq, At: a.At, Token: a.Token, Action: a.Action, Channel: a.Channel, Target: a.Target, Outcome: string(a.Outcome),
		}
		for _, x := range a.Changes {
			shown[i].Changes = append(shown[i].Changes, whapi.AuditChange(x))
		}
	}
	return asJSON(whapi.EncodeAudits(shown, len(list) == q.Limit))
}
