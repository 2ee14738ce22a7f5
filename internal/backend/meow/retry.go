package meow

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/sqlitedb"
)

// A device that can't decrypt a message asks for it again with a retry receipt. All of them are
// answered here, from the envelopes of the outbox and therefore also after a restart, because the
// library's own answer
//
//   - leaves the stanza nodes out, and without them the buttons are not drawn;
//   - is encrypted beside other sends, so that two messages may use the same Signal counter, of
//     which the reader's phone drops one in silence while its receipt says "delivered";
//   - takes two rounds where one is enough, as the first goes to the broken session.
//
// Obligations of the answer: one at a time (the library's semaphore of one), under the account's
// gate; the receipt is acked only after WhatsApp has the answer, so that a crash brings it again;
// after a disconnect the very same stanza is sent again, whose copy a Signal counter removes.

const (
	// retryPatience bounds the answer to one receipt, reconnects included.
	retryPatience = 90 * time.Second
	// retryAckPatience is how long the answer waits for WhatsApp's ack.
	retryAckPatience = 10 * time.Second
	// retryReconnect is how long it waits for a connection that was lost.
	retryReconnect = 30 * time.Second
	// retrySends is how often the same answer leaves at most.
	retrySends = 3
	// sessionTrust is how long a session that was built anew is trusted by a first request: a
	// phone that was set up anew asks for all it missed, and one new session serves all of that.
	sessionTrust = time.Minute
)

// retries remembers with whom a session was built anew, and when.
type retries struct {
	fallbacks atomic.Int64 // answers left to the library, since the session was opened

	mu      sync.Mutex
	rebuilt map[types.JID]time.Time
}

// trusted reports whether a session was built with the device a short while ago.
func (r *retries) trusted(device types.JID, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.rebuilt[device]
	return ok && now.Sub(at) < sessionTrust
}

func (r *retries) built(device types.JID, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for d, at := range r.rebuilt {
		if now.Sub(at) >= sessionTrust {
			delete(r.rebuilt, d)
		}
	}
	if r.rebuilt == nil {
		r.rebuilt = map[types.JID]time.Time{}
	}
	r.rebuilt[device] = now
}

// messageForRetry is the library's hook to find a message that it does not remember. What it
// returns is the base of the library's own answer, should ours fail.
func (s *session) messageForRetry(_, to types.JID, stanza types.MessageID) *waE2E.Message {
	if !s.enter() {
		return nil
	}
	defer s.running.Done()
	sent, _, err := s.sent(stanza)
	if err != nil {
		s.log.Info("message of a retry receipt not found", "stanza", stanza, "error", err)
		return nil
	}
	if same, err := s.sameChat(s.ctx, to, sent); err != nil || !same {
		s.log.Warn("retry receipt from another chat", "stanza", stanza, "chat", to, "error", err)
		return nil
	}
	msg, _, err := outgoing(sent)
	if err != nil {
		s.log.Error("stored message not readable", "stanza", stanza, "error", err)
		return nil
	}
	return msg
}

// answerRetry is the library's hook before it answers a retry receipt. It answers itself and
// returns false; true leaves the answer to the library, which is better than none. While there is no
// connection the library fails too, and then leaves the receipt without an ack, so that it comes
// again. prepared is the
// message as the library would encrypt it: in a group it carries the sender key.
func (s *session) answerRetry(r *events.Receipt, stanza types.MessageID, count int, prepared *waE2E.Message) (leave bool) {
	if !s.enter() {
		return false // the receipt stays without an ack and comes again
	}
	defer s.running.Done()
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("answer to a retry receipt panicked", "stanza", stanza, "panic", p, "stack", string(debug.Stack()))
			leave = true
		}
	}()
	sent, at, err := s.sent(stanza)
	if fault.Is(err, fault.NotFound) {
		return true // not of the outbox; the library remembers it
	}
	if err == nil {
		same, lookup := s.sameChat(s.ctx, r.Chat, sent)
		if lookup == nil && !same {
			s.log.Warn("retry receipt from another chat", "stanza", stanza, "chat", r.Chat)
			return false
		}
		err = lookup
	}
	if err == nil {
		err = s.answerInTheEnd(retry{receipt: r, stanza: stanza, count: count, prepared: prepared, sent: sent, at: at})
	}
	s.retried(err == nil)
	if err == nil {
		s.log.Info("message sent again", "stanza", stanza, "device", r.Sender, "count", count)
		return false
	}
	s.log.Error("retry left to the library: buttons are lost", "stanza", stanza, "device", r.Sender, "count", count,
		"total", s.retries.fallbacks.Add(1), "error", err)
	return true
}

// storageTries is how often a retry receipt is looked at while a database fails, 1, 2, 4 ... 30 seconds
// apart: ten minutes. There is no other time to answer it, since the library acks it afterwards.
const storageTries = 24

// pauses calls try again while it says so, and returns when it does not, or when there is no time left.
func (s *session) pauses(try func() (again bool)) {
	wait := time.Second
	for range storageTries {
		if !try() || !s.sleep(wait) {
			return
		}
		wait = min(2*wait, 30*time.Second)
	}
}

// answerInTheEnd answers, as soon as the keys can be stored.
func (s *session) answerInTheEnd(r retry) (err error) {
	s.pauses(func() bool {
		ctx, cancel := context.WithTimeout(s.ctx, retryPatience)
		defer cancel()
		if err = s.answer(ctx, r); !sqlitedb.OfStorage(err) {
			return false
		}
		s.log.Error("answer to a retry receipt waits for the database", "stanza", r.stanza, "error", err)
		return true
	})
	return err
}

// sent asks the ledger, as soon as it can be asked.
func (s *session) sent(stanza string) (e backend.Envelope, at time.Time, err error) {
	s.pauses(func() bool {
		e, at, err = s.Ledger.Sent(s.ctx, stanza)
		return err != nil && !fault.Is(err, fault.NotFound)
	})
	return e, at, err
}

// sameChat reports whether a receipt's chat is the one that the message was sent to: nobody gets a
// message of another chat by asking for its id.
func (s *session) sameChat(ctx context.Context, asked types.JID, sent backend.Envelope) (bool, error) {
	a, err := s.resolve(ctx, asked, types.JID{})
	if err != nil {
		return false, err
	}
	b, err := s.resolve(ctx, jidOf(sent.Chat), types.JID{})
	return err == nil && a == b, err
}

// errRefused says that WhatsApp did not take an answer.
var errRefused = errors.New("WhatsApp refused the answer")

// answer encrypts the message for the one device that asked, and sends it.
func (s *session) answer(ctx context.Context, r retry) error {
	bundle := s.freshKeys(ctx, r)
	if err := s.account.enter(ctx); err != nil {
		return err
	}
	defer s.account.leave()
	node, err := s.rebuild(ctx, r, bundle)
	if err != nil {
		return err
	}
	if bundle != nil {
		s.retries.built(r.receipt.Sender, s.now())
	}
	for range retrySends {
		ack, err := s.exchange(ctx, r.stanza, node)
		if err != nil {
			return err
		}
		if ack == nil { // the connection was lost
			if !s.client.WaitForConnection(retryReconnect) {
				return backend.ErrOffline
			}
			continue
		}
		if code := ack.AttrGetter().OptionalInt("error"); code != 0 {
			return fmt.Errorf("%w with %d", errRefused, code)
		}
		return nil
	}
	return fmt.Errorf("connection lost %d times", retrySends)
}
