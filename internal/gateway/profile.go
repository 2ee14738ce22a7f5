package gateway

import (
	"context"
	"errors"
	"strings"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Profile returns how the number shows itself to others. The errors are those of Check.
func (g *Gateway) Profile(ctx context.Context, ch id.Channel) (p channel.Profile, err error) {
	err = g.question(ctx, ch, "WhatsApp did not tell the profile", func(ctx context.Context, s backend.Session, c channel.Channel) (err error) {
		p, err = s.Profile(ctx, "")
		p.Name = c.PushName
		return err
	})
	return p, err
}

// ContactProfile returns how somebody else shows himself. The errors are those of Check, and one of kind
// NotFound when the number has no account.
func (g *Gateway) ContactProfile(ctx context.Context, ch id.Channel, of id.User) (p channel.Profile, err error) {
	err = g.question(ctx, ch, "WhatsApp did not tell the profile", func(ctx context.Context, s backend.Session, _ channel.Channel) error {
		found, err := s.Check(ctx, []id.User{of})
		if err != nil {
			return err
		}
		number, ok := found[of]
		if !ok {
			return fault.New(fault.NotFound, "Specified contact not registered")
		}
		p, err = s.Profile(ctx, number)
		return err
	})
	return p, err
}

// ProfileChange is what becomes of a profile. "" and nil leave as it is.
type ProfileChange struct {
	Name, About string
	Icon        *message.MediaSource
}

// profileStep changes one field of a profile.
type profileStep struct {
	field string
	do    func(context.Context, backend.Session) error
}

// SetProfile changes a profile. The picture is fetched and made before anything is changed. WhatsApp takes
// the fields one by one: an error says which it has taken. The errors are those of Check, and those of the
// media store with the path /icon.
func (g *Gateway) SetProfile(ctx context.Context, ch id.Channel, change ProfileChange) error {
	steps, err := g.profileSteps(ctx, ch, change)
	if err != nil {
		return err
	}
	var done []string
	err = g.question(ctx, ch, "WhatsApp did not take the profile", func(ctx context.Context, s backend.Session, _ channel.Channel) error {
		for _, step := range steps {
			if err := step.do(ctx, s); err != nil {
				return err
			}
			done = append(done, step.field)
		}
		return nil
	})
	if err == nil || len(steps) < 2 {
		return err
	}
	f := *fault.Of(err)
	f.Next = strings.TrimSuffix(halfway(steps, len(done))+"; "+f.Next, "; ")
	return &f
}

func (g *Gateway) profileSteps(ctx context.Context, ch id.Channel, change ProfileChange) (steps []profileStep, err error) {
	if change.Icon != nil {
		icon, err := g.icon(ctx, ch, *change.Icon)
		if err != nil {
			return nil, err
		}
		steps = append(steps, profileStep{"icon", func(ctx context.Context, s backend.Session) error { return s.SetPicture(ctx, icon) }})
	}
	if change.About != "" {
		steps = append(steps, profileStep{"about", func(ctx context.Context, s backend.Session) error { return s.SetAbout(ctx, change.About) }})
	}
	if change.Name != "" {
		steps = append(steps, profileStep{"name", func(ctx context.Context, s backend.Session) error { return s.SetName(ctx, change.Name) }})
	}
	return steps, nil
}

// icon makes the picture, if the channel is paired.
func (g *Gateway) icon(ctx context.Context, ch id.Channel, src message.MediaSource) ([]byte, error) {
	nothing := func(context.Context, backend.Session, channel.Channel) error { return nil }
	if err := g.question(ctx, ch, "", nothing); err != nil {
		return nil, err
	}
	if g.Media == nil {
		return nil, fault.New(fault.Unsupported, "This gateway keeps no media")
	}
	icon, err := g.Media.Icon(ctx, ch, src)
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		moved := *f
		moved.Problems = nil
		for _, p := range f.Problems {
			p.Path = "/icon" + strings.TrimPrefix(p.Path, "/media")
			moved.Problems = append(moved.Problems, p)
		}
		if len(moved.Problems) == 0 {
			moved.Next = strings.TrimSuffix("it is about /icon; "+f.Next, "; ")
		}
		return nil, &moved
	}
	return icon, stored(err)
}

// halfway says what was changed when one of the steps failed, the one behind those that are done.
func halfway(steps []profileStep, done int) string {
	var names []string
	for _, s := range steps {
		names = append(names, s.field)
	}
	taken := "nothing"
	if done > 0 {
		taken = strings.Join(names[:done], ", ")
	}
	return "changed: " + taken + "; not changed: " + strings.Join(names[done:], ", ")
}
