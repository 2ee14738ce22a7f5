package meow

import (
	"context"
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/id"
)

// named takes the push name of the own number, which the phone has told.
func (s *session) named(name string) {
	if name == "" {
		return
	}
	s.mu.Lock()
	s.name = name
	s.mu.Unlock()
	_ = s.guard(func() error {
		s.Sink.Named(s.ctx, name)
		return nil
	})
	s.spawn(s.present)
}

// present tells WhatsApp that the channel is available, and under which name: without it others
// see "-", and what they wrote looks undelivered. It does by hand what the library's SendPresence
// does, which reads the name while another goroutine may be writing it.
func (s *session) present() {
	s.mu.Lock()
	name := s.name
	s.mu.Unlock()
	if name == "" || !s.online.Load() || s.Offline {
		return
	}
	s.client.SetForceActiveDeliveryReceipts(true)
	in := s.internals()
	in.SendUnifiedSession()
	err := in.SendNode(s.ctx, waBinary.Node{Tag: "presence", Attrs: waBinary.Attrs{
		"type": string(types.PresenceAvailable), "name": name,
	}})
	if err != nil {
		s.log.Info("presence not sent", "error", err)
	}
}

// Typing implements backend.Session.
func (s *session) Typing(ctx context.Context, chat id.Chat, on bool) error {
	if !s.connected() {
		return backend.ErrOffline
	}
	to, err := s.hidden(ctx, jidOf(chat))
	if err != nil {
		return err
	}
	state := types.ChatPresencePaused
	if on {
		state = types.ChatPresenceComposing
	}
	if err := s.client.SendChatPresence(ctx, to, state, types.ChatPresenceMediaText); err != nil {
		return fmt.Errorf("show typing: %w", err)
	}
	return nil
}

// connected reports whether messages can flow: logged in, and the socket not known to be down.
func (s *session) connected() bool {
	return s.online.Load() && s.client.IsConnected() && s.client.IsLoggedIn()
}
