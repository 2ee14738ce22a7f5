package whapi

import (
	"errors"

	"tapgate/internal/event"
	"tapgate/internal/id"
)

// RenderEvent is the body of a webhook request that tells of ev. Number is the channel's own
// number.
func RenderEvent(ev event.Event, number id.User) ([]byte, error) { return nil, errors.New("not yet") }
