package meow

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
)

// Profile implements backend.Session.
func (s *session) Profile(ctx context.Context) (channel.Profile, error) {
	if !s.connected() {
		return channel.Profile{}, backend.ErrOffline
	}
	own := s.identity().pn
	list, err := s.client.GetUserInfo(ctx, []types.JID{own})
	if err != nil {
		return channel.Profile{}, fmt.Errorf("ask for the own about text: %w", err)
	}
	p := channel.Profile{About: list[own].Status}
	if p.Icon, err = s.picture(ctx, own, true); err == nil && p.Icon != "" {
		p.IconFull, err = s.picture(ctx, own, false)
	}
	return p, err
}

// picture returns the URL of a profile picture, "" when there is none.
func (s *session) picture(ctx context.Context, of types.JID, preview bool) (string, error) {
	info, err := s.client.GetProfilePictureInfo(ctx, of, &whatsmeow.GetProfilePictureParams{Preview: preview})
	switch {
	case errors.Is(err, whatsmeow.ErrProfilePictureNotSet):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("ask for the own picture: %w", err)
	case info == nil:
		return "", nil
	}
	return info.URL, nil
}

// SetName implements backend.Session. The name is part of what the devices of a number share.
func (s *session) SetName(ctx context.Context, name string) error {
	if !s.connected() {
		return backend.ErrOffline
	}
	if err := s.client.SendAppState(ctx, appstate.BuildSettingPushName(name)); err != nil {
		return fmt.Errorf("share the new name: %w", err)
	}
	s.named(name)
	return nil
}

// SetAbout implements backend.Session.
func (s *session) SetAbout(ctx context.Context, text string) error {
	if !s.connected() {
		return backend.ErrOffline
	}
	if err := s.client.SetStatusMessage(ctx, types.SetStatusInput{Text: &text}); err != nil {
		return fmt.Errorf("set the about text: %w", err)
	}
	return nil
}
