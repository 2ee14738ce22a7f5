package meow

import (
	"context"
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

// stateOf says what an event means for the state of a paired session.
func stateOf(evt any, now time.Time) (backend.StateChange, bool) {
	state := func(s channel.State, reason string, args ...any) (backend.StateChange, bool) {
		return backend.StateChange{State: s, Reason: fmt.Sprintf(reason, args...)}, true
	}
	switch e := evt.(type) {
	case *events.Connected, *events.KeepAliveRestored:
		return state(channel.Connected, "")
	case *events.Disconnected:
		return state(channel.Waiting, "The connection to WhatsApp was lost. It is restored as soon as possible.")
	case *events.KeepAliveTimeout:
		return state(channel.Waiting, "WhatsApp does not answer. The connection is renewed if this goes on.")
	case *events.StreamError:
		return state(channel.Waiting, "WhatsApp ended the connection with code %s. It is tried again.", e.Code)
	case *events.StreamReplaced:
		return state(channel.Waiting, "Another program has connected with the keys of this session and took its place. Stop it; the connection is tried again after a minute.")
	case *events.ConnectFailure:
		return state(channel.Waiting, "WhatsApp refused the login with code %d. It is tried again after a minute.", int(e.Reason))
	case *events.LoggedOut:
		return state(channel.Unpaired, "%s", logoutReason(e))
	case *events.ClientOutdated:
		return state(channel.Outdated, "WhatsApp refuses this version of the client. Update tapgate.")
	case *events.TemporaryBan:
		change, ok := state(channel.Banned, "WhatsApp has banned this number for a time: %s.", e.Code)
		if e.Expire > 0 {
			change.Until = now.Add(e.Expire)
		}
		return change, ok
	}
	return backend.StateChange{}, false
}

func logoutReason(e *events.LoggedOut) string {
	switch {
	case !e.OnConnect || e.Reason == events.ConnectFailureLoggedOut:
		return "The phone has unlinked this channel. Pair it again."
	case e.Reason == events.ConnectFailureMainDeviceGone:
		return "WhatsApp has locked the account, or its phone was logged out. Check the phone, then pair the channel again."
	case e.Reason == events.ConnectFailureUnknownLogout:
		return "WhatsApp has banned the account. Check the phone; the channel can be paired again when the ban is lifted."
	}
	return fmt.Sprintf("WhatsApp ended the pairing with code %d. Pair the channel again.", int(e.Reason))
}

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
			change = backend.StateChange{State: channel.Idle, Reason: "The connection was closed before the channel was paired."}
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
	case *events.StreamReplaced, *events.ConnectFailure:
		s.redial(redialPause)
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

func (s *session) report(state channel.State, reason string) {
	s.tell(backend.StateChange{State: state, Reason: reason})
}

// tell reports a state. A sink that panics over it loses no more than this report.
func (s *session) tell(change backend.StateChange) {
	_ = s.guard(func() error {
		s.Sink.State(s.ctx, change)
		return nil
	})
}
