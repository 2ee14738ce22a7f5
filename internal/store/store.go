// Package store is the contract of the gateway's database. Its tables are the queues: an accepted
// message and a webhook delivery are rows before anything leaves the process, so what is in the
// database is what will happen, also after the process was killed.
//
// Every method that changes something returns nil only after its transaction is durable. A context
// that ends before the transaction began prevents it; afterwards the result counts. Times are UTC
// and kept to the microsecond.
//
// Errors of kind fault.NotFound mean that there is no such row, also where a row refers to a
// channel that does not exist. fault.Conflict means that a new row's name is taken. fault.Busy
// means that more is waiting to be written than the store is willing to hold: nothing was written,
// try again. fault.Unavailable means that the store is closed. All others are failures of the
// database.
package store

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Store is the whole contract. Consumers declare the part of it that they use.
type Store interface {
	Channels
	Tokens
	Outbox
	Timelines
	Messages
	Downloads
	Deliveries
	DeliveryLog
	Webhooks
	Media
	Depths
	Audits
	// Close lets what was asked for finish and ends the store. Later calls fail with
	// fault.Unavailable, except Close itself, which may be called again.
	Close() error
}

// Channels keeps the channels, their settings and the hashes of their tokens.
type Channels interface {
	// AddChannel stores a new channel and its first token, which has all scopes. The error is of kind
	// fault.Conflict when the id or the token is taken.
	AddChannel(ctx context.Context, c channel.Channel, token TokenHash) error
	// Channel returns one channel.
	Channel(ctx context.Context, ch id.Channel) (channel.Channel, error)
	// Channels returns all channels in the order of their creation.
	Channels(ctx context.Context) ([]channel.Channel, error)
	// SetIdentity stores or, with zero values, removes the paired number and the device. ended is the code
	// of the trouble that has ended the pairing.
	SetIdentity(ctx context.Context, ch id.Channel, number id.User, device, pushName, ended string) error
	// SetSettings replaces the settings.
	SetSettings(ctx context.Context, ch id.Channel, s channel.Settings) error
	// RemoveChannel takes a channel and its tokens away: from then on it is not found, and nothing can
	// be added to it. What it leaves behind is deleted by PurgeRemoved.
	RemoveChannel(ctx context.Context, ch id.Channel) error
	// PurgeRemoved deletes up to limit rows that removed channels have left behind, and says whether
	// there are more.
	PurgeRemoved(ctx context.Context, limit int) (more bool, err error)
}

// Messages keeps messages, sent and received, as programs see them.
type Messages interface {
	// Message returns one message.
	// Messages are found by the text form of their id, so an id that was parsed from it will do,
	// also one that does not tell the stanza id.
	Message(ctx context.Context, ch id.Channel, m id.Message) (message.Message, error)
	// List returns the messages that the query lets through, and how many those are without Offset and
	// Count. Edits and other changes are part of the message that they change and not listed.
	List(ctx context.Context, ch id.Channel, q Query) (list []message.Message, total int, err error)
	// Receive stores a message that came in and what webhooks hear of it, in one transaction.
	// fresh is false, and nothing is written, when the message is known already.
	Receive(ctx context.Context, ch id.Channel, m message.Message, tell Record) (fresh bool, err error)
	// ReceiveChange is Receive for a message that changes an earlier one, which is changed in the same
	// transaction.
	ReceiveChange(ctx context.Context, ch id.Channel, m message.Message, tell Record, a Altered) (fresh bool, err error)
	// Changes returns the messages that came in and change the message m, in the order in which they
	// came, at most 100, the last ones.
	Changes(ctx context.Context, ch id.Channel, m id.Message) ([]message.Message, error)
	// SweepMessages deletes messages of before a time, with all that is known of them, that neither a row
	// of the outbox nor a download needs. It looks at no more than limit, those that were stored first behind
	// the place after; last is the place of the last it has looked at, 0 when there is nothing more to sweep.
	SweepMessages(ctx context.Context, before time.Time, after int64, limit int) (n int, last int64, err error)
	// Advance stores that a message reached a status for a viewer ("" in a private chat), raises
	// the status of the message if it follows, and records what webhooks hear of it, in one
	// transaction. A lower status that arrives late is stored and told, and raises nothing. changed
	// is false, and nothing is written, when that was known already (Finish counts for viewer ""),
	// or when the message is unknown or not from us. Advance may wait as Finish may.
	Advance(ctx context.Context, ch id.Channel, s event.StatusChanged, tell Record) (changed bool, err error)
	// Failure returns the code and the reason of a message that failed; both "" otherwise.
	Failure(ctx context.Context, ch id.Channel, m id.Message) (code, reason string, err error)
	// Tell records an event that belongs to no message. Nothing is written when an event with this
	// id is known.
	Tell(ctx context.Context, tell Record) error
}

// Altered is what a message that came in has made of an earlier one.
type Altered struct {
	// Message is the earlier one as it is from now on. What is stored of it but its time becomes this,
	// and its status, if that follows. Zero when it is not known here.
	Message message.Message
	// Tell is what webhooks hear of that.
	Tell Record
}

// Query says which messages of a channel are meant. Those of one moment stand in the order in which
// they were stored.
type Query struct {
	// Chat is where they stand; zero means everywhere.
	Chat id.Chat
	// From and To bound the time of the message, both included; zero means no bound.
	From, To time.Time
	// Author is who wrote them; "" means anybody.
	Author id.User
	// Direction is whether they came in or went out; "" means both.
	Direction     Direction
	Offset, Count int
	OldestFirst   bool
}

// Direction is where a message goes.
type Direction string

// The directions.
const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)

// Record is an event as it will be told, and who is to hear it. A Record without an Event, such as
// the zero Record, tells nothing.
type Record struct {
	Event   id.Event
	Channel id.Channel
	Type    string // such as "messages"
	Method  string // such as "post"
	At      time.Time
	// Order is the key within which deliveries are first attempted in order: the chat.
	Order string
	// Body is what is told: the request body, complete.
	Body []byte
	// Webhooks are the keys of the webhooks that get a delivery, one each, however often named. An
	// event that nobody listens to is kept all the same.
	Webhooks []string
}
