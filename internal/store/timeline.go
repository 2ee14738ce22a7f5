package store

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Timelines tells what became of messages.
type Timelines interface {
	// Timeline returns all that is known of one message. What it tells of the outbox ends when the
	// row is swept.
	Timeline(ctx context.Context, ch id.Channel, m id.Message) (Timeline, error)
}

// Timeline is all that is known of one message. The lists are in order of time, each.
type Timeline struct {
	Message message.Message
	// Code and Reason tell why a message failed; "" otherwise.
	Code, Reason string
	// Row is the message's row in the outbox; nil when it came in, or was swept.
	Row *Outbound
	// Tries are the attempts to send it.
	Tries []Try
	// Reached are the statuses that it came to.
	Reached []Reached
	// Replies are the messages that cite it, taps and answers, and those that changed it, at most 100,
	// the first ones.
	Replies []message.Message
	// Told is what webhooks were told of it and of its replies, one entry per delivery, at most
	// 1000, the first ones.
	Told []Told
}

// Reached says that a message came to a status.
type Reached struct {
	Status message.Status
	// Viewer is who delivered, read or played it, in a group; "" in a private chat.
	Viewer id.User
	At     time.Time
}

// Told is one delivery of an event that is about a message.
type Told struct {
	// Message is what the event is about: the message, or a reply to it.
	Message      id.Message
	Event        id.Event
	Type, Method string
	Delivery     int64
	Webhook      string
	// State is the state of the delivery, such as "open" or "delivered".
	State     string
	CreatedAt time.Time
	Attempts  []Attempt // without Answer
}
