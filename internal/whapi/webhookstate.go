package whapi

import (
	"time"

	"tapgate/internal/channel"
)

// WebhookState tells how a webhook fares. The dialect has nothing of the kind.
type WebhookState struct {
	Key           string
	Webhook       channel.Webhook
	Breaker       string
	Failures      int
	FailingSince  time.Time // zero when it works
	ProbeAt       time.Time // zero while the breaker is closed
	LastSuccess   time.Time // zero when there was none
	Pending, Dead int
	OldestPending time.Time // zero when there is none
}

type webhookStateJSON struct {
	Key           string       `json:"key"`
	URL           string       `json:"url"`
	Mode          channel.Mode `json:"mode"`
	Breaker       string       `json:"breaker"`
	Failures      int          `json:"failures"`
	FailingSince  *stamp       `json:"failing_since,omitempty"`
	ProbeAt       *stamp       `json:"probe_at,omitempty"`
	LastSuccess   *stamp       `json:"last_success,omitempty"`
	Pending       int          `json:"pending"`
	OldestPending *stamp       `json:"oldest_pending,omitempty"`
	Dead          int          `json:"dead"`
}

// stampOf is absent for the zero time.
func stampOf(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

// EncodeWebhookStates tells how webhooks fare.
func EncodeWebhookStates(list []WebhookState) ([]byte, error) {
	out := make([]webhookStateJSON, len(list))
	for i, w := range list {
		mode := w.Webhook.Mode
		if mode == "" {
			mode = channel.ModeBody
		}
		out[i] = webhookStateJSON{
			Key: w.Key, URL: w.Webhook.URL, Mode: mode, Breaker: w.Breaker, Failures: w.Failures,
			FailingSince: stampOf(w.FailingSince), ProbeAt: stampOf(w.ProbeAt), LastSuccess: stampOf(w.LastSuccess),
			Pending: w.Pending, OldestPending: stampOf(w.OldestPending), Dead: w.Dead,
		}
	}
	return encode(map[string]any{"webhooks": out})
}

// Secret is what the requests of a webhook are signed with.
type Secret struct {
	Current  string
	Old      string // signs beside it until OldUntil; "" when there is none
	OldUntil time.Time
}

// EncodeSecret tells the secret of a webhook.
func EncodeSecret(s Secret) ([]byte, error) {
	out := fields{{"secret", s.Current}}
	if s.Old != "" {
		out = append(out, field{"old_secret", s.Old}, field{"old_until", stamp(s.OldUntil)})
	}
	return encode(out)
}

// How long an old secret goes on signing.
const (
	usualOverlap = 24 * time.Hour
	maxOverlap   = 7 * 24 * time.Hour
)

// DecodeRotation reads the body of a request for a new secret, which may be empty: for how long the old
// one goes on signing.
func DecodeRotation(body JSON) (overlap time.Duration, err error) {
	if len(body) == 0 {
		return usualOverlap, nil
	}
	o, err := body.open(MaxRequest)
	if err != nil {
		return 0, err
	}
	overlap = usualOverlap
	if seconds, ok := o.number("overlap_seconds", 0, maxOverlap.Seconds()); ok {
		overlap = time.Duration(seconds * float64(time.Second))
	}
	return overlap, o.in.err()
}
