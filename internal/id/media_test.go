package id_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"tapgate/internal/id"
)

// dialect is the pattern that the dialect's programs check media ids against.
var dialect = regexp.MustCompile(`^[a-zA-Z0-9]+-[0-9a-fA-F-]+$`)

func TestNewMedia(t *testing.T) {
	seen := map[id.Media]bool{}
	for ext, want := range map[string]string{
		"jpeg": "jpeg", "MP4": "mp4", "": "bin", "../etc": "etc", ".docx": "docx", "é": "bin", strings.Repeat("a", 99): strings.Repeat("a", 16),
	} {
		m := id.NewMedia(ext)
		if m.Extension() != want || !dialect.MatchString(string(m)) || seen[m] {
			t.Errorf("NewMedia(%q) = %s, want extension %s", ext, m, want)
		}
		seen[m] = true
		if back, err := id.ParseMedia(string(m)); err != nil || back != m {
			t.Errorf("ParseMedia(%s) = %s, %v", m, back, err)
		}
	}
}

// The groups are the bytes of the message id's segments: a stanza id of hexadecimal digits can be
// read in the media id, and so can the chat's number (61371989950 is 0xe4a0e3fbe).
func TestMediaOfAMessage(t *testing.T) {
	jonathan := id.User("61371989950")
	for want, m := range map[id.Media]id.Message{
		"jpeg-3eb0aabbccddeeff001122-80000e4a0e3fbe": {Stanza: "3EB0AABBCCDDEEFF001122", Chat: jonathan.Private()},
		"jpeg-3aabbccddeeff0011223-92000e4a0e3fbe-0e4a0e3fbe": {
			Stanza: "3AABBCCDDEEFF0011223", Chat: id.Chat{User: "61371989950", Server: id.Group}, Participant: jonathan,
		},
	} {
		if got := m.Media("jpeg"); got != want {
			t.Errorf("media of %s: %s, want %s", m, got, want)
		}
		if _, err := id.ParseMedia(string(want)); err != nil {
			t.Error(err)
		}
	}
}

func TestNoMedia(t *testing.T) {
	for _, s := range []string{
		"", "-", "jpeg", "jpeg-ab", "jpeg--ab", "jpeg-ab-", "jpeg-ab-cd-ef-01", "jpeg-xy-ab", "jpeg-abc-ab", "jp/eg-ab-cd",
		"../../etc-ab-cd", "jpeg-ab-cd\n", "jpeg-ab-c%64", "-ab-cd", "média-ab-cd", "media_init",
		"jpeg-" + strings.Repeat("ab", 33) + "-cd", strings.Repeat("a", 17) + "-ab-cd",
	} {
		if m, err := id.ParseMedia(s); !errors.Is(err, id.ErrMedia) {
			t.Errorf("ParseMedia(%q) = %q, %v", s, m, err)
		}
	}
}

func FuzzParseMedia(f *testing.F) {
	for _, s := range []string{"jpeg-3eb0aabbccddeeff001122-c00000", "mp4-00-11-22", "pdf-b487668896662779cbdb29a3c29c0a9a-804713c25d2b57", "jpeg-../../x-00", "a-\x00-b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := id.ParseMedia(s)
		if err != nil {
			if !errors.Is(err, id.ErrMedia) || m != "" {
				t.Errorf("%q: %q, %v", s, m, err)
			}
			return
		}
		if string(m) != s || !dialect.MatchString(s) || len(s) > 16+3*65 {
			t.Errorf("%q passed as %q", s, m)
		}
	})
}

// TestMessageOfMedia: the id of received media names its message, by every kind of id; a file that came
// with no message names none.
func TestMessageOfMedia(t *testing.T) {
	for _, m := range []id.Message{
		{Stanza: "3EB0AABBCCDDEEFF001122", Chat: id.User("61371989950").Private()},
		{Stanza: "3A0102030405060708FF", Chat: id.Chat{User: "120363012345678901", Server: id.Group}, Participant: "61371989950"},
		{Stanza: "3eb0aabbccddeeff001122", Chat: id.Chat{User: "161371989950123", Server: id.Hidden}, FromMe: true},
		{Stanza: "not hexadecimal", Chat: id.User("61371989950").Private()},
		{Stanza: strings.Repeat("long ", 20), Chat: id.User("61371989950").Private()},
	} {
		got, err := m.Media("jpeg").Message()
		if err != nil || got.String() != m.String() {
			t.Errorf("%s names %s, %v; want %s", m.Media("jpeg"), got, err, m)
		}
	}
	for _, none := range []id.Media{"", "jpeg-xy-ab", "jpeg-00-00", "jpeg-ab"} {
		if m, err := none.Message(); !errors.Is(err, id.ErrMedia) {
			t.Errorf("%q names %s, %v", none, m, err)
		}
	}
}
