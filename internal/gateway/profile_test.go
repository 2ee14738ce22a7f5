package gateway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// An error says which fields WhatsApp has taken, and nothing is changed before all is ready.
func TestSetProfile(t *testing.T) {
	files := newShelf()
	inHouse(t, files.use, func(t *testing.T, h *house) {
		icon := func(data string) *message.MediaSource { return &message.MediaSource{Data: []byte(data)} }
		all := gateway.ProfileChange{Name: "Shop", About: "Open", Icon: icon("jpeg")}
		for _, tt := range []struct {
			name      string
			change    gateway.ProfileChange
			unwilling map[string]error
			set       []string
			kind      fault.Kind
			words     []string
		}{
			{"all", all, nil, []string{"picture jpeg", "about Open", "name Shop"}, "", nil},
			{"name alone", gateway.ProfileChange{Name: "Shop"}, nil, []string{"name Shop"}, "", nil},
			{"name alone, refused", gateway.ProfileChange{Name: "Shop"}, map[string]error{"name": errors.New("no")}, nil, fault.Unavailable,
				[]string{"WhatsApp did not take the profile"}},
			{"the last refused", all, map[string]error{"name": errors.New("no")}, []string{"picture jpeg", "about Open"}, fault.Unavailable,
				[]string{"WhatsApp did not take the profile", "changed: icon, about; not changed: name"}},
			{"the connection lost", all, map[string]error{"about": backend.ErrOffline}, []string{"picture jpeg"}, fault.Unavailable,
				[]string{"changed: icon; not changed: about, name"}},
			{"the first refused", all, map[string]error{"picture": fault.New(fault.Unsupported, "WhatsApp refused the picture")}, nil, fault.Unsupported,
				[]string{"WhatsApp refused the picture", "changed: nothing; not changed: icon, about, name"}},
			{"a picture that is none", gateway.ProfileChange{Name: "Shop", Icon: icon("empty")}, nil, nil, fault.Invalid, []string{"/icon must NOT be an empty file"}},
			{"a picture that is nowhere", gateway.ProfileChange{Name: "Shop", Icon: icon("gone")}, nil, nil, fault.NotFound, []string{"it is about /icon"}},
		} {
			h.net.set(func() { h.net.profile, h.net.unwilling = nil, tt.unwilling })
			err := h.SetProfile(t.Context(), mantis, tt.change)
			if err == nil != (tt.kind == "") || err != nil && !fault.Is(err, tt.kind) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.kind)
			}
			for _, w := range tt.words {
				if !strings.Contains(fault.Of(err).Message+" "+fault.Of(err).Details(), w) {
					t.Errorf("%s: %v does not say %q", tt.name, err, w)
				}
			}
			if !slices.Equal(h.net.profile, tt.set) {
				t.Errorf("%s: set %q, want %q", tt.name, h.net.profile, tt.set)
			}
		}

		// nothing is set without a connection
		h.net.connect(false)
		h.net.set(func() { h.net.profile, h.net.unwilling = nil, map[string]error{"picture": backend.ErrOffline} })
		if err := h.SetProfile(t.Context(), mantis, all); !fault.Is(err, fault.Unavailable) || len(h.net.profile) > 0 {
			t.Errorf("offline: %v, set %q", err, h.net.profile)
		}
	})
}

func TestContactProfile(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		p, err := h.ContactProfile(t.Context(), mantis, theirs)
		if want := (channel.Profile{About: "about " + string(theirs)}); err != nil || p != want {
			t.Errorf("%+v, %v, want %+v", p, err, want)
		}
		if _, err := h.ContactProfile(t.Context(), mantis, nobody); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// What needs no question is answered without a connection.
func TestCheckNothing(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		h.net.connect(false)
		if found, err := h.Check(t.Context(), mantis, nil); err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}
		if _, err := h.Check(t.Context(), mantis, []id.User{theirs}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a number: %v", err)
		}
		if _, err := h.Check(t.Context(), "NONE", nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("no channel: %v", err)
		}
	})
}
