package meow

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// Profile implements backend.Session.
func (s *session) Profile(ctx context.Context, of id.User) (channel.Profile, error) {
	if !s.connected() {
		return channel.Profile{}, backend.ErrOffline
	}
	who := s.identity().pn
	if of != "" {
		who = types.NewJID(string(of), types.DefaultUserServer)
	}
	list, err := s.client.GetUserInfo(ctx, []types.JID{who})
	if err != nil {
		return channel.Profile{}, fmt.Errorf("ask for the about text: %w", err)
	}
	p := channel.Profile{About: list[who].Status}
	if of != "" {
		s.called(ctx, who, &p)
	}
	if p.Icon, err = s.picture(ctx, who, true); err == nil && p.Icon != "" {
		p.IconFull, err = s.picture(ctx, who, false)
	}
	return p, err
}

// called fills in what somebody is called. What the database can't tell stays empty.
func (s *session) called(ctx context.Context, pn types.JID, p *channel.Profile) {
	hidden, err := s.hidden(ctx, pn)
	if err != nil {
		s.log.Warn("contact not read", "error", err)
	}
	for _, form := range []types.JID{pn, hidden} {
		c, err := s.client.Store.Contacts.GetContact(ctx, form)
		if err != nil {
			s.log.Warn("contact not read", "error", err)
		}
		p.Name, p.PushName = cmp.Or(p.Name, c.FullName), cmp.Or(p.PushName, c.PushName)
	}
	p.Name = cmp.Or(p.Name, p.PushName)
}

// picture returns the URL of a profile picture, "" when there is none to be seen.
func (s *session) picture(ctx context.Context, of types.JID, preview bool) (string, error) {
	info, err := s.client.GetProfilePictureInfo(ctx, of, &whatsmeow.GetProfilePictureParams{Preview: preview})
	switch {
	case errors.Is(err, whatsmeow.ErrProfilePictureNotSet), errors.Is(err, whatsmeow.ErrProfilePictureUnauthorized):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("ask for the picture: %w", err)
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

// SetPicture implements backend.Session.
func (s *session) SetPicture(ctx context.Context, jpeg []byte) error {
	if !s.connected() {
		return backend.ErrOffline
	}
	// without a group it is the picture of the number itself
	_, err := s.client.SetGroupPhoto(ctx, types.EmptyJID, jpeg)
	switch {
	case errors.Is(err, whatsmeow.ErrInvalidImageFormat):
		return fault.Wrap(fault.Unsupported, err, "WhatsApp refused the picture")
	case err != nil:
		return fmt.Errorf("set the picture: %w", err)
	}
	return nil
}
