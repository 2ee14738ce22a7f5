package webhook

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/obs"
)

// Secret is what the requests to a webhook are signed with.
type Secret struct {
	Webhook string // the key of the webhook
	URL     string // the webhook's; "" when it is gone, or was only the target of a replay
	// Value is "whsec_" and 32 bytes in base64, as the Standard Webhooks libraries take it.
	Value obs.Secret
	Since time.Time
	// Old is the secret before, which signs beside the new one until OldUntil; "" when there is none.
	Old      obs.Secret
	OldUntil time.Time
}

// Secrets returns the secrets of a channel's webhooks, in the order of the webhooks, then those of
// lines that are no webhook of the channel now. A webhook that had none yet gets one.
func (s *Service) Secrets(ctx context.Context, ch id.Channel) ([]Secret, error) {
	return nil, errNotYet()
}

// RotateSecret makes a new secret for a webhook, by its key. For 24 hours requests are signed with the
// one before, too; a secret that was replaced twice counts no more. The error is of kind
// fault.NotFound when the channel has no such webhook and no secret of one.
func (s *Service) RotateSecret(ctx context.Context, ch id.Channel, webhook string) (Secret, error) {
	return Secret{}, errNotYet()
}
