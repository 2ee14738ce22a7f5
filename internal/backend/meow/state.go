package meow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
)

// redialPause is the wait before connecting again where the library gives up and a person may have
// to act, such as when another program uses the session: long enough not to fight with it.
const redialPause = time.Minute

// banPause is the wait before connecting again after a temporary ban whose end is not told; banMargin is
// how much longer than told a ban may last.
const (
	banPause  = time.Hour
	banMargin = time.Second
)

// stateOf says what an event means for the state of a paired session.
func stateOf(evt any, now time.Time) (backend.StateChange, bool) {
	trouble := func(t channel.Trouble) (backend.StateChange, bool) { return backend.Troubled(t), true }
	switch e := evt.(type) {
	case *events.Connected, *events.KeepAliveRestored:
		return backend.StateChange{State: channel.Connected}, true
	case *events.Disconnected:
		return trouble(channel.TroubleOf(channel.Lost))
	case *events.KeepAliveTimeout:
		return trouble(channel.TroubleOf(channel.Silent))
	case *events.StreamError:
		t := channel.TroubleOf(channel.StreamError)
		t.Cause = fmt.Sprintf("WhatsApp ended the connection with error %s.", e.Code)
		return trouble(t)
	case *events.StreamReplaced:
		return trouble(channel.TroubleOf(channel.Replaced))
	case *events.ConnectFailure:
		return trouble(channel.LoginRefused(int(e.Reason)))
	case *events.CATRefreshError:
		return trouble(channel.TroubleOf(channel.NoToken))
	case *events.LoggedOut:
		if !e.OnConnect { // told to a session that is up, which is never told the code of another reason
			return trouble(channel.LoggedOut(int(events.ConnectFailureLoggedOut)))
		}
		return trouble(channel.LoggedOut(int(e.Reason)))
	case *events.ClientOutdated:
		return trouble(channel.LoginRefused(int(events.ConnectFailureClientOutdated)))
	case *events.TemporaryBan:
		change, ok := trouble(channel.TemporaryBan(int(e.Code)))
		if e.Expire > 0 {
			change.Until = now.Add(e.Expire)
		}
		return change, ok
	}
	return backend.StateChange{}, false
}

// errNoToken answers the library's wish for a token that only clients of Messenger have.
var errNoToken = errors.New("there is no such token")

// connectionEvent takes an event about the connection. Others are nobody's business.
func (s *session) connectionEvent(evt any) {
	change, ok := stateOf(evt, s.now())
	if !ok {
		return
	}
	if _, lost := evt.(*events.Disconnected); lost && s.client.IsConnected() {
		return // told late: the next connection is up or on its way, and will be told
	}
	s.online.Store(change.State == channel.Connected)
	if !s.identity().paired() {
		s.pairing.stop()
		if change.State == channel.Waiting {
			change = backend.Troubled(channel.TroubleOf(channel.PairingCut))
		}
		s.tell(change)
		return
	}
	switch evt.(type) {
	case *events.Connected:
		s.learnOwnLID()
		s.spawn(s.present)
		s.spawn(s.learnGroups)
	case *events.LoggedOut:
		s.end()
		if err := s.deleteKeys(); err != nil {
			s.log.Error("session ended with its keys in the database", "error", err)
		}
	case *events.StreamReplaced, *events.ConnectFailure, *events.CATRefreshError:
		s.redial(redialPause)
	case *events.TemporaryBan:
		after := banPause
		if !change.Until.IsZero() {
			after = change.Until.Sub(s.now()) + banMargin
		}
		s.redial(after)
	}
	s.tell(change)
}

// learnOwnLID takes the LID from the login, for sessions that were paired before WhatsApp told it.
func (s *session) learnOwnLID() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own.lid.IsEmpty() {
		s.own.lid = s.client.Store.GetLID().ToNonAD()
	}
}

// deleteKeys deletes the keys of a pairing that has ended. When WhatsApp ends it the library does so
// too, but at the same time as it tells of it, and whoever hears of it may close the session before
// it is done.
func (s *session) deleteKeys() error {
	device := s.identity().device
	if err := s.container.DeleteDevice(context.WithoutCancel(s.ctx), &store.Device{ID: &device}); err != nil {
		return fmt.Errorf("delete the keys of %s: %w", device, err)
	}
	return nil
}

// end marks the session as one whose keys are gone.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own.gone = true
}

func (s *session) report(state channel.State) { s.tell(backend.StateChange{State: state}) }

func (s *session) trouble(code string) { s.tell(backend.Troubled(channel.TroubleOf(code))) }

// tell reports a state. A sink that panics over it loses no more than this report.
func (s *session) tell(change backend.StateChange) {
	_ = s.guard(func() error {
		s.Sink.State(s.ctx, change)
		return nil
	})
}
