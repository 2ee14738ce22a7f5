package store

import (
	"context"
	"time"
)

// Webhooks keeps what has to be known of webhooks beside the settings. A webhook that leaves the
// settings and comes back is the same as before.
type Webhooks interface {
	// Webhook returns a webhook, which it makes with this secret if it is not known. The error is of
	// kind fault.NotFound when there is no such channel.
	Webhook(ctx context.Context, l Line, secret string) (Webhook, error)
	// SetSecret replaces the secret of a webhook. The one it had is valid beside it until a time.
	SetSecret(ctx context.Context, l Line, secret string, oldUntil time.Time) (Webhook, error)
	// Backlog looks at the deliveries of a line. It counts to limit and no further.
	Backlog(ctx context.Context, l Line, limit int) (Backlog, error)
}

// Webhook is what is known of a webhook: what signs its requests, and how it fares.
type Webhook struct {
	Line Line
	// Secret signs the requests, and OldSecret does too until OldUntil. They have to be readable, so
	// they are stored as they are. Settle does not change them.
	Secret, OldSecret string
	OldUntil          time.Time
	// Failures is how many attempts failed since the last success, the first of them at FailingSince.
	Failures     int
	FailingSince time.Time
	// OpenedAt is when the webhook was found to be down; zero while it works. ProbeAt is when it may be
	// tried again then.
	OpenedAt, ProbeAt time.Time
	LastSuccess       time.Time
}

// Backlog is what a webhook has not been told. What was given up counts until it is replayed.
type Backlog struct {
	Open, Dead int
	// Oldest is when the oldest open delivery was made; zero when there is none.
	Oldest time.Time
}
