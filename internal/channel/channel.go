// Package channel describes one paired number: its state, its settings, and who wants to hear
// of what happens on it.
package channel

import (
	"time"

	"tapgate/internal/id"
)

// Channel is one number that the gateway speaks for.
type Channel struct {
	ID id.Channel
	// Name is what the operator calls it.
	Name string
	// Number is the paired number; "" while unpaired.
	Number id.User
	// PushName is the name that the number's owner gave himself; "" until known.
	PushName string
	// Device is the backend's own key of the session, opaque; "" while unpaired.
	Device string
	// Ended is the code of the trouble that ended the last pairing; "" while paired, and when it was asked for.
	Ended string
	// CreatedAt is when the channel was added.
	CreatedAt time.Time
	Settings  Settings
}

// Paired reports whether the channel has a session.
func (c Channel) Paired() bool { return c.Device != "" }
