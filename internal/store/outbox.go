package store

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Outbox is the queue of messages on their way out. Each channel has one line, in order of Seq,
// and one owner who serves it.
type Outbox interface {
	// Accept stores a message to be sent and the message as programs see it (status pending), in
	// one transaction, and returns the row's place in the channel's line. Places grow in the order
	// in which rows were accepted and are never given twice; they may skip numbers. o.Message and
	// m.ID are the same; o.Seq, o.Attempts and o.SentAt are not read. The error is of kind
	// fault.Conflict when the message is known already.
	//
	// o.Placed, if there is one, is called when the row has its place, in the order of places, and
	// before it is durable: it may still come to nothing, of which only the error tells. It must not
	// block.
	Accept(ctx context.Context, o Outbound, m message.Message) (seq int64, err error)
	// AcceptOnce is Accept for a request that its caller may repeat. The key is stored in the same
	// transaction. When the channel knows the key already, nothing is written, seq is 0, and earlier
	// says what was accepted under it.
	AcceptOnce(ctx context.Context, o Outbound, m message.Message, k Key) (seq int64, earlier *Keyed, err error)
	// Keyed returns what was accepted under a key. The error is of kind fault.NotFound when the
	// channel does not know the key.
	Keyed(ctx context.Context, ch id.Channel, key string) (Keyed, error)
	// NextOutbound returns the oldest row of the channel beyond the place after that is not
	// finished, also when its NextAt is still to come; ok is false when there is none.
	NextOutbound(ctx context.Context, ch id.Channel, after int64) (o Outbound, ok bool, err error)
	// Postpone records an attempt whose outcome is not known: the row stays at the head of the line
	// until next. It does nothing to a finished row.
	Postpone(ctx context.Context, ch id.Channel, seq int64, next time.Time, t Try) error
	// Refill replaces the payload of a row, when files that it refers to were brought to WhatsApp
	// before its first attempt. It does nothing to a finished row.
	Refill(ctx context.Context, ch id.Channel, seq int64, payload []byte) error
	// Finish ends rows, all of them or none. Each gets its outcome, and in the same transaction the
	// status of the message is set, its time is set to the outcome's, the last attempt is recorded,
	// and so is what webhooks hear of it. A status that the message has reached meanwhile, because a
	// receipt overtook the ack, is not lowered. A row that is finished already stays as it is,
	// nothing is told, and the error is nil.
	//
	// Finish may wait a few milliseconds for other writes to share the disk with: nobody should be
	// kept waiting by it.
	Finish(ctx context.Context, ch id.Channel, ends ...Ending) error
	// Sent returns a row, finished or not, by the stanza id it left under.
	Sent(ctx context.Context, ch id.Channel, stanza string) (Outbound, error)
	// Waiting counts the rows of the channel that are not finished.
	Waiting(ctx context.Context, ch id.Channel) (int, error)
	// Sweep deletes at most limit rows that ended before the time, with their attempts and keys,
	// oldest first, and returns how many. The messages stay.
	Sweep(ctx context.Context, before time.Time, limit int) (int, error)
}

// Outbound is a row of the outbox.
type Outbound struct {
	Channel id.Channel
	Seq     int64
	Message id.Message // its Stanza is the id that leaves, on every attempt
	Payload []byte     // the backend's form, opaque
	Recipe  string
	// Typing is how long "typing" is shown before the message leaves.
	Typing     time.Duration
	AcceptedAt time.Time
	// ExpiresAt is when to give up; zero means never.
	ExpiresAt time.Time
	Attempts  int
	NextAt    time.Time // no attempt before it
	// SentAt is WhatsApp's time of the ack; zero while there was none.
	SentAt time.Time
	// Placed is for Accept and AcceptOnce; it is not stored.
	Placed func(seq int64)
}

// Key is the name that a caller gives to a request, so that repeating it is harmless.
type Key struct {
	// Name is the caller's, unique in the channel.
	Name string
	// Request is the SHA-256 of what was asked for. It tells a repeated request from another one
	// under the same name.
	Request [32]byte
}

// Keyed is what was accepted under a key.
type Keyed struct {
	Request [32]byte
	Message id.Message
}

// Ending is the end of one row of the outbox.
type Ending struct {
	Seq     int64
	Outcome Outcome
	// Try is the attempt that ended the row; zero when it ended without one.
	Try Try
	// Edited is the message whose content the row has replaced, with the new content; nil for none.
	// What is stored of it but its time and its status becomes this.
	Edited *message.Message
	// Tell is what webhooks hear of it.
	Tell []Record
}

// Outcome is how a row of the outbox ended.
type Outcome struct {
	Status message.Status // message.Sent or message.Failed
	At     time.Time
	// Code is a stable name of the failure, such as "whatsapp_479"; "" for Sent.
	Code string
	// Reason is a sentence for the user; "" for Sent.
	Reason string
}

// Try is one attempt to bring a row to WhatsApp.
type Try struct {
	// At is when it began; a Try with a zero At is none, and is not recorded.
	At   time.Time
	Took time.Duration
	// Result is how it ended.
	Result TryResult
	// Reason explains TryUnknown and TryRefused to operators; "" for TryAcked.
	Reason string
}

// TryResult is how an attempt ended. The values are stored.
type TryResult string

// The results of attempts.
const (
	TryAcked   TryResult = "acked"   // WhatsApp has the message
	TryRefused TryResult = "refused" // WhatsApp said no
	TryUnknown TryResult = "unknown" // nobody knows: it is made again under the same id
)
