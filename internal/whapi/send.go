package whapi

import (
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Send is a request to send a message.
type Send struct {
	To      id.Chat
	Content message.Content
	// Typing is how long "typing" is shown before the message leaves. 0 to 60 s.
	Typing time.Duration
	// Warnings says what official apps would cut short or may not draw.
	Warnings []string
}

// DecodeText reads the body of POST /messages/text. Any error is a fault.
func DecodeText(body []byte) (Send, error) { return Send{}, fault.New(fault.Unsupported, "not yet") }

// DecodeInteractive reads the body of POST /messages/interactive. Any error is a fault.
func DecodeInteractive(body []byte) (Send, error) {
	return Send{}, fault.New(fault.Unsupported, "not yet")
}
