// Package event says what can happen on a channel. An event is immutable and has an id that stays
// the same however often it is told.
package event

import (
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Event is one thing that happened on a channel.
type Event struct {
	ID      id.Event
	Channel id.Channel
	// At is when the gateway learned of it, UTC.
	At      time.Time
	Payload Payload
}

// Payload is what happened. Sealed: MessageReceived, MessageSent, MessageEdited, MessageDeleted,
// StatusChanged, StateChanged, UserChanged, CodeShown.
type Payload interface {
	// Name is the type and method that webhooks filter by, such as "messages", "post".
	Name() (eventType, method string)
	payload()
}

// MessageReceived tells of a message that somebody wrote, or that we wrote on another device.
type MessageReceived struct{ Message message.Message }

// MessageSent tells of a message that left through the API.
type MessageSent struct{ Message message.Message }

// MessageEdited tells that the content of a message was replaced.
type MessageEdited struct {
	Before, After message.Message
	// Trigger is the message that came in and did it; nil when it was this API.
	Trigger *message.Message
}

// MessageDeleted tells that somebody deleted a message for everyone.
type MessageDeleted struct{ Message id.Message }

// StatusChanged tells what became of a message that we sent.
type StatusChanged struct {
	Message id.Message
	Status  message.Status
	// At is WhatsApp's time of the change, in whole seconds, UTC.
	At time.Time
	// Viewer is who delivered or read it, in a group; "" in a private chat.
	Viewer id.User
	// Reason explains Failed to the user; "" otherwise.
	Reason string
}

// StateChanged tells of a new state of the channel itself.
type StateChanged struct {
	State channel.State
	// Fault and Reason say why, to programs and to people; "" when nothing is wrong.
	Fault, Reason string
	// StartedAt is when the gateway started the channel; zero when it is not told.
	StartedAt time.Time
}

// UserChanged tells that the channel was paired with a number, or that the pairing has ended.
type UserChanged struct {
	Number id.User
	// PushName is what the number's owner calls himself; "" when it is not known, as right after pairing.
	PushName string
	Paired   bool
}

// CodeShown tells of a new QR code to pair the channel with.
type CodeShown struct {
	Text string
	// Until is when the next one takes its place.
	Until time.Time
}

// Name implements Payload.
func (MessageReceived) Name() (string, string) { return "messages", "post" }

// Name implements Payload.
func (MessageSent) Name() (string, string) { return "messages", "post" }

// Name implements Payload.
func (MessageEdited) Name() (string, string) { return "messages", "patch" }

// Name implements Payload.
func (MessageDeleted) Name() (string, string) { return "messages", "delete" }

// Name implements Payload.
func (StatusChanged) Name() (string, string) { return "statuses", "post" }

// Name implements Payload.
func (StateChanged) Name() (string, string) { return "channel", "post" }

// Name implements Payload.
func (u UserChanged) Name() (string, string) {
	if u.Paired {
		return "users", "post"
	}
	return "users", "delete"
}

// Name implements Payload.
func (CodeShown) Name() (string, string) { return "channel", "patch" }

func (UserChanged) payload()     {}
func (CodeShown) payload()       {}
func (MessageReceived) payload() {}
func (MessageSent) payload()     {}
func (MessageEdited) payload()   {}
func (MessageDeleted) payload()  {}
func (StatusChanged) payload()   {}
func (StateChanged) payload()    {}
