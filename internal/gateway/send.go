package gateway

import (
	"cmp"
	"context"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Draft is a message to send.
type Draft struct {
	To      id.Chat
	Content message.Content
	// Typing is how long "typing" is shown before the message leaves. 0 shows nothing.
	Typing time.Duration
	// Expiry is the age at which the message fails if it could not leave by then. 0 takes the gateway's.
	Expiry time.Duration
	// Quote is the message that is cited, Edit the one of ours whose content is replaced; zero for
	// none.
	Quote, Edit id.Message
	// Recipe names the encoding; "" lets the backend choose.
	Recipe string
	// Key lets the caller repeat the request; the zero Key does not.
	Key Key
}

// Send accepts a message and waits for WhatsApp's ack, for AckWait and the time of typing at most.
// The status of the message says what is known then: sent, or pending, which means that it leaves
// as soon as it can, also after a restart and when ctx has ended. Messages of a channel leave in
// the order in which they were accepted.
//
// A draft with a key that the channel knows already sends nothing: the answer is that of the first,
// also after a restart. The error is of kind Conflict when the first asked for something else.
//
// A draft that edits a message is sent as a message of its own; what is returned is the edited one.
//
// Errors are faults. Nothing was accepted when the kind is Invalid, Unpaired ("need channel
// authorization for send message"), NotFound, or Busy without a Code. One with a Code is WhatsApp's
// refusal, or says why the message could not leave: it has failed and is not sent again.
func (g *Gateway) Send(ctx context.Context, ch id.Channel, d Draft) (message.Message, error) {
	if err := validate(d); err != nil {
		return message.Message{}, err
	}
	a, err := g.actor(ch)
	if err != nil {
		return message.Message{}, err
	}
	if d.Key.Name != "" {
		earlier, err := g.Store.Keyed(ctx, ch, d.Key.Name)
		if err == nil {
			return a.again(ctx, d, earlier)
		}
		if !fault.Is(err, fault.NotFound) {
			return message.Message{}, stored(err)
		}
	}
	v := a.view.Load()
	if !v.channel.Paired() {
		return message.Message{}, unpaired(v, "need channel authorization for send message")
	}
	if v.session == nil {
		return message.Message{}, &fault.Error{Kind: fault.Unavailable, Message: "The session of this channel is not open yet", RetryAfter: 2 * time.Second}
	}
	l, err := a.letter(ctx, d)
	if err != nil {
		return message.Message{}, err
	}
	if l.Content, err = a.obtain(ctx, d.Content); err != nil {
		return message.Message{}, err
	}
	env, err := v.session.Prepare(ctx, l.draft())
	if err != nil {
		return message.Message{}, err
	}
	p, ok := a.line.reserve(env.Stanza, g.MaxQueue)
	if !ok {
		return message.Message{}, &fault.Error{Kind: fault.Busy, Message: "Too many messages are waiting in this channel", RetryAfter: 30 * time.Second}
	}
	defer a.line.leave(p.ear)
	m, earlier, err := a.accept(ctx, v, l, env, p)
	if err != nil {
		return message.Message{}, notAccepted(err)
	}
	if earlier != nil {
		return a.again(ctx, d, *earlier)
	}
	m, err = a.outcomeOf(ctx, m, p.out, d.Typing)
	return a.shown(ctx, m), err
}

// unpaired is the fault of a channel that can't send, which says why its pairing has ended.
func unpaired(v *view, message string) error {
	w := v.explained()
	return &fault.Error{Kind: fault.Unpaired, Code: w.fault, Message: message, Next: w.reason}
}

func validate(d Draft) error {
	var p fault.Problems
	if d.To.IsZero() {
		p.Add("/to", "must name a chat")
	}
	if d.Content == nil {
		p.Add("", "must have a content")
	} else {
		p.Join("", message.Validate(d.Content))
	}
	return p.Err()
}

// accept commits a prepared message and hands it to the line, unless its key is known.
func (a *actor) accept(ctx context.Context, v *view, l letter, env backend.Envelope, p place) (message.Message, *store.Keyed, error) {
	now := a.Now().UTC()
	m := message.Message{
		ID:      id.Message{Stanza: env.Stanza, Chat: env.Chat, FromMe: true},
		From:    v.channel.Number,
		Source:  message.SourceAPI,
		At:      now.Truncate(time.Second),
		Status:  message.Pending,
		Content: l.Content,
		Context: l.context(),
	}
	if l.edited != nil {
		m.Edits = l.edited.ID
	}
	o := store.Outbound{
		Channel: a.id, Message: m.ID, Payload: env.Payload, Recipe: env.Recipe, Typing: l.Typing,
		AcceptedAt: now, ExpiresAt: a.steady().Add(cmp.Or(l.Expiry, a.Expiry)),
	}
	var earlier *store.Keyed
	var err error
	under, placed := newAccepting(), false
	if leavesAtOnce(l.Draft) {
		row := o
		o.Placed = func(seq int64) {
			row.Seq, placed = seq, true
			a.line.put(p, entry{Outbound: row, message: &m, accepting: under})
		}
	}
	if l.Key.Name == "" {
		o.Seq, err = a.Store.Accept(ctx, o, m)
	} else {
		o.Seq, earlier, err = a.Store.AcceptOnce(ctx, o, m, l.Key)
	}
	under.end(err)
	switch {
	case err != nil:
		a.line.lose(p)
		a.line.withdraw(env.Stanza)
	case earlier != nil:
		a.line.cancel(p)
	case !placed:
		a.line.put(p, entry{Outbound: o, message: &m})
	}
	return m, earlier, err
}

// outcomeOf waits for the outcome and returns the message with it.
func (a *actor) outcomeOf(ctx context.Context, m message.Message, out <-chan result, typing time.Duration) (message.Message, error) {
	if a.AckWait < 0 {
		return m, nil
	}
	t := time.NewTimer(a.AckWait + typing)
	defer t.Stop()
	select {
	case r := <-out:
		m.Status, m.At = r.Status, r.At
		return m, r.err
	case <-t.C:
	case <-ctx.Done():
	case <-a.soft.Done():
	}
	if a.removed.Load() {
		return message.Message{}, errNoChannel()
	}
	return m, nil
}
