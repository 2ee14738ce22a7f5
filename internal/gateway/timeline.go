package gateway

import (
	"context"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Timeline is what became of a message.
type Timeline struct {
	Message message.Message
	// Code and Reason tell why it failed; "" otherwise.
	Code, Reason string
	// Steps are in the order of cause and effect. Their times come from two clocks, ours and
	// WhatsApp's, of which the latter tells whole seconds.
	Steps []Step
	// Told is what webhooks were told of the message and of its replies.
	Told []store.Told
}

// Step is one thing that happened to a message.
type Step struct {
	Kind StepKind
	At   time.Time
	// Took is how long it lasted; 0 where it has no duration.
	Took time.Duration
	// Number counts the attempts, from 1; 0 for other steps.
	Number int
	// Result is how an attempt ended.
	Result store.TryResult
	// Reason explains to operators; "" where the kind says it all.
	Reason string
	// Viewer is who delivered, read or played it, in a group; "" in a private chat.
	Viewer id.User
	// Reply is the message that cites it; nil for other steps.
	Reply *message.Message
}

// StepKind names a step. The values are stable: programs read them. Those of Reached are the
// statuses of messages: sent (WhatsApp's ack), delivered, read, played, failed.
type StepKind string

// The kinds of steps that are no statuses.
const (
	StepAccepted StepKind = "accepted" // stored, to be sent
	StepReceived StepKind = "received" // it came in
	StepQueued   StepKind = "queued"   // waited for the connection, and for those before it
	StepAttempt  StepKind = "attempt"  // handed to WhatsApp
	StepTapped   StepKind = "tapped"   // somebody pressed a button or a row of it
	StepReplied  StepKind = "replied"  // somebody cited it otherwise
	StepEdited   StepKind = "edited"   // its author gave it another content
	StepDeleted  StepKind = "deleted"  // somebody deleted it for everyone
	StepReacted  StepKind = "reacted"  // somebody put an emoji on it, or took it away
)

// Timeline tells what became of a message, sent or received. The error is of kind NotFound when
// there is no such message. What it tells of attempts ends when the row is swept, two weeks after
// the message was sent.
func (g *Gateway) Timeline(ctx context.Context, ch id.Channel, m id.Message) (Timeline, error) {
	a, err := g.actor(ch)
	if err != nil {
		return Timeline{}, err
	}
	l, err := g.Store.Timeline(ctx, ch, m)
	if fault.Is(err, fault.NotFound) {
		return Timeline{}, fault.Wrap(fault.NotFound, err, "Specified message not found")
	}
	if err != nil {
		return Timeline{}, stored(err)
	}
	steps := begun(l, a.view.Load(), g.Now())
	for i, try := range l.Tries {
		steps = append(steps, Step{
			Kind: StepAttempt, Number: i + 1, At: try.At, Took: try.Took, Result: try.Result, Reason: try.Reason,
		})
	}
	for _, r := range l.Reached {
		s := Step{Kind: StepKind(r.Status), At: r.At, Viewer: r.Viewer}
		if r.Status == message.Failed {
			s.Reason = l.Reason
		}
		steps = append(steps, s)
	}
	for _, r := range l.Replies {
		steps = append(steps, Step{Kind: stepOf(r.Content), At: r.At, Viewer: r.From, Reply: &r})
	}
	return Timeline{Message: l.Message, Code: l.Code, Reason: l.Reason, Steps: steps, Told: l.Told}, nil
}

// stepOf names what a message did that is about the one.
func stepOf(c message.Content) StepKind {
	switch c := c.(type) {
	case message.Reply:
		return StepTapped
	case message.Change:
		switch c.Did {
		case message.Edited:
			return StepEdited
		case message.Revoked:
			return StepDeleted
		case message.Reaction:
			return StepReacted
		}
	}
	return StepReplied
}

// begun returns how a timeline begins. A message of which the row is gone, or that was sent by
// another device, has no beginning that we know.
func begun(l store.Timeline, v *view, now time.Time) []Step {
	switch {
	case l.Row == nil && !l.Message.ID.FromMe:
		return []Step{{Kind: StepReceived, At: l.Message.At}}
	case l.Row == nil:
		return nil
	}
	queued := Step{Kind: StepQueued, At: l.Row.AcceptedAt}
	switch {
	case len(l.Tries) > 0:
		queued.Took = l.Tries[0].At.Sub(queued.At)
	case l.Message.Status == message.Pending:
		queued.Took = now.Sub(queued.At)
		if v.state != channel.Connected {
			queued.Reason = "the channel is not connected"
			if w := v.explained(); w.fault != "" {
				queued.Reason += " (" + w.fault + "): " + w.reason
			}
		}
	default:
		queued.Reason = "it never left"
	}
	queued.Took = max(queued.Took, 0)
	return []Step{{Kind: StepAccepted, At: l.Row.AcceptedAt}, queued}
}
