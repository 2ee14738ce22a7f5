package id_test

import (
	"testing"

	"tapgate/internal/id"
)

func TestParseChat(t *testing.T) {
	for in, want := range map[string]string{
		"61371989950":                   "61371989950@s.whatsapp.net",
		"61371989950@s.whatsapp.net":    "61371989950@s.whatsapp.net",
		"61371989950@c.us":              "61371989950@s.whatsapp.net",
		"120363041234567890@g.us":       "120363041234567890@g.us",
		"4915112345678-1420000000":      "4915112345678-1420000000@g.us",
		"123456789012345@lid":           "123456789012345@lid",
		"120363041234567890@newsletter": "120363041234567890@newsletter",
	} {
		got, err := id.ParseChat(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseChat(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "+61371989950", "6137 1989950", "abc", "61371989950@", "61371989950@evil.example", "1@s.whatsapp.net", "@g.us", "12-34-56@g.us", "613719899501234567890123456789012"} {
		if got, err := id.ParseChat(in); err == nil {
			t.Errorf("ParseChat(%q) = %q, want an error", in, got)
		}
	}
}
