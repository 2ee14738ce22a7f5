package whapi

import (
	"errors"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
)

// Health is how a channel is.
type Health struct {
	Channel   id.Channel
	StartedAt time.Time
	Uptime    time.Duration
	// Version is the version of the gateway.
	Version string
	State   channel.State
	// Reason explains the state to the operator; "" when the state says it all.
	Reason string
	// User is the channel's own number; told while connected.
	User id.User
	// UserName is the name that the number's owner gave himself.
	UserName string
}

// EncodeHealth is the answer to GET /health.
func EncodeHealth(h Health) ([]byte, error) { return nil, errors.New("not yet") }
