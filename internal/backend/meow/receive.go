package meow

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// received takes a message. It returns true, which lets the library ack it, when the message is
// durable or nobody's business. The same message may come twice, even at the same time.
func (s *session) received(e *events.Message) bool {
	if e.Info.Chat == types.StatusBroadcastJID || e.Info.Category == "peer" {
		return true
	}
	readable := false
	taken := s.durably(e.Info.Chat.String()+"/"+e.Info.ID, func(ctx context.Context) ([]event.Payload, error) {
		m, skip, err := s.message(ctx, e)
		if err != nil || skip {
			return nil, err
		}
		readable = !e.Info.IsFromMe
		return []event.Payload{event.MessageReceived{Message: m}}, nil
	})
	if taken && readable && s.AutoRead {
		s.spawn(func() { s.markRead(e.Info) })
	}
	return taken
}

// markRead tells the sender that a message was read. One that can't be told stays unread.
func (s *session) markRead(info types.MessageInfo) {
	if err := s.client.MarkRead(s.ctx, []types.MessageID{info.ID}, s.now(), info.Chat, info.Sender); err != nil {
		s.log.Info("message not marked as read", "stanza", info.ID, "error", err)
	}
}

// message translates. It fails only with the database. Content that makes the translation panic
// is delivered as unknown: asking for it again would bring the same bytes and the same panic.
func (s *session) message(ctx context.Context, e *events.Message) (m message.Message, skip bool, err error) {
	m = bare(e.Info)
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("message not understood", "stanza", e.Info.ID, "panic", p, "stack", string(debug.Stack()))
			m.Content, m.Context = message.Unknown{What: "unreadable"}, nil
			skip, err = false, nil
		}
	}()
	if err := s.address(ctx, &m, e.Info); err != nil {
		return m, false, err
	}
	d := s.decode(e.RawMessage)
	if d.Skip {
		return m, true, nil
	}
	m.Content = d.Content
	if c, ok := d.Content.(message.Change); ok {
		if c.Target, err = s.changed(ctx, m, c.Did, d.Target, e.Info.Edit); err != nil {
			return m, false, err
		}
		m.Content = c
	}
	if d.Quote != nil {
		if m.Context, err = s.quoted(ctx, d.Quote, m.ID.Chat); err != nil {
			return m, false, err
		}
	}
	return m, false, nil
}

// bare is what can be said of a message without looking anything up.
func bare(info types.MessageInfo) message.Message {
	m := message.Message{
		ID:       id.Message{Stanza: info.ID, Chat: chatOf(phoneForm(info.Chat)), FromMe: info.IsFromMe},
		FromName: info.PushName,
		Source:   message.SourceWeb,
		At:       info.Timestamp.UTC().Truncate(time.Second),
	}
	if info.Sender.Device == 0 { // a phone; everything else is linked to one
		m.Source = message.SourceMobile
	}
	if info.IsFromMe {
		m.Status = message.Sent
	}
	return m
}

// address fills in who wrote the message and where it stands.
func (s *session) address(ctx context.Context, m *message.Message, info types.MessageInfo) error {
	place, alt := info.Chat, info.SenderAlt
	switch {
	case info.IsIncomingBroadcast(): // a broadcast list is read in the private chat with its owner
		place = info.Sender
	case info.IsFromMe:
		alt = info.RecipientAlt
	}
	chat, err := s.resolve(ctx, place, alt)
	if err != nil {
		return err
	}
	sender, err := s.resolve(ctx, info.Sender, info.SenderAlt)
	if err != nil {
		return err
	}
	m.ID.Chat = chatOf(chat)
	m.ID.Participant = participant(m.ID, sender)
	m.From = userOf(sender)
	m.ChatName = s.chatName(ctx, place, chat)
	return nil
}

// participant is the part of an id that says who sent a message into a group. It is the hidden
// number of somebody whose phone number is not known: an id must tell two senders apart.
func participant(m id.Message, sender types.JID) id.User {
	if !m.Chat.IsGroup() || m.FromMe {
		return ""
	}
	return id.User(sender.User)
}

// quoted builds the context of a message that cites another one of the same chat.
func (s *session) quoted(ctx context.Context, q *wire.Quote, chat id.Chat) (*message.Context, error) {
	c := &message.Context{QuotedID: id.Message{Stanza: q.Stanza, Chat: chat}, Quoted: q.Content}
	author, err := types.ParseJID(q.Participant)
	if err != nil || author.User == "" {
		return c, nil // the citing app named nobody; the id may then not be the one we know
	}
	if author, err = s.resolve(ctx, author, types.JID{}); err != nil {
		return nil, err
	}
	c.QuotedID.FromMe = s.identity().is(author)
	c.QuotedID.Participant = participant(c.QuotedID, author)
	c.QuotedAuthor = userOf(author)
	return c, nil
}

// undecryptable reports a message that could not be read. The library has asked its sender to
// encrypt it again; what comes then is delivered like any other.
func (s *session) undecryptable(e *events.UndecryptableMessage) {
	s.log.Warn("message not decrypted", "stanza", e.Info.ID, "from", e.Info.Sender,
		"unavailable", e.IsUnavailable, "total", s.inbound.undecrypted.Add(1))
}

// durably hands over to the sink what translate returns. It reports true when that is durable, or
// when it is nothing. When it is not, the stanza stays without an ack, which WhatsApp answers by
// delivering it again on the next connection: durably sees to it that there is a next one, sooner
// the first times, and once a minute for as long as it takes. It never gives a stanza up.
func (s *session) durably(key string, translate func(context.Context) ([]event.Payload, error)) bool {
	err := s.guard(func() error {
		in, err := translate(s.ctx)
		if err != nil || len(in) == 0 {
			return err
		}
		return s.Sink.Handle(s.ctx, in)
	})
	if err == nil {
		s.inbound.clear(key)
		s.inbound.clear(storageKey)
		return true
	}
	attempt := s.comeAgain(key)
	if attempt == manyFailures {
		s.log.Error("event is refused again and again", "key", key, "attempts", attempt)
	}
	s.log.Error("event not stored", "key", key, "attempt", attempt, "error", err)
	return false
}

// comeAgain plans the next connection, on which WhatsApp delivers what was not acked, and says how often
// that was necessary for the same key.
func (s *session) comeAgain(key string) (attempt int) {
	attempt, wait, due := s.inbound.add(key, s.now())
	if due {
		s.spawn(func() {
			if s.sleep(wait) {
				s.client.ResetConnection()
			}
		})
	}
	return attempt
}

// guard calls f and turns a panic into an error.
func (s *session) guard(f func() error) (err error) {
	defer func() {
		if s.without == ownRecover {
			return
		}
		if p := recover(); p != nil {
			s.log.Error("sink panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// manyFailures is from how many refusals in a row on an event is called stuck.
const manyFailures = 10

// failures counts how often the sink refused what, and plans the next delivery.
type failures struct {
	undecrypted atomic.Int64 // messages, since the session was opened

	mu    sync.Mutex
	count map[string]int
	next  time.Time // when the connection is reset next; in the past when no reset is planned
}

// add counts a refusal of key. wait is the pause before the next delivery, and due is false when
// an earlier one is planned already.
func (f *failures) add(key string, now time.Time) (attempt int, wait time.Duration, due bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count == nil {
		f.count = map[string]int{}
	}
	f.count[key]++
	attempt = f.count[key]
	wait = time.Minute
	if attempt <= 6 { // 1, 2, 4 ... 32 seconds
		wait = time.Second << (attempt - 1)
	}
	at := now.Add(wait)
	if f.next.After(now) && !f.next.After(at) {
		return attempt, wait, false
	}
	f.next = at
	return attempt, wait, true
}

func (f *failures) clear(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.count, key)
}
