package id_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"tapgate/internal/id"
)

// dialectPattern is the pattern that programs written for the dialect hold message ids against.
var dialectPattern = regexp.MustCompile(`^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10})?(-[A-Za-z0-9._]{2,10})?$`)

func TestMessageEncoding(t *testing.T) {
	// Worked out with an independent base64 implementation: 3EB0C4313A2C0D5A4B6E17 is 11 bytes; 61371989950 is 0x0E4A0E3FBE.
	for _, tc := range []struct {
		name string
		m    id.Message
		want string
	}{
		{"sent to a private chat", id.Message{Stanza: "3EB0C4313A2C0D5A4B6E17", Chat: id.User("61371989950").Private(), FromMe: true}, "PrDEMTosDVpLbhc-wAAOSg4_vg"},
		{"received", id.Message{Stanza: "3EB0C4313A2C0D5A4B6E17", Chat: id.User("61371989950").Private()}, "PrDEMTosDVpLbhc-gAAOSg4_vg"},
		{"in a group", id.Message{Stanza: "3A0102030405060708FF", Chat: id.Chat{User: "120363041234567890", Server: id.Group}, Participant: "61371989950"}, "OgECAwQFBgcI_w-kgABq52MXN9C0g-DkoOP74"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.m.String(); got != tc.want {
				t.Errorf("String() = %q, want %q", got, tc.want)
			}
			if got, err := id.ParseMessage(tc.want); err != nil || got != tc.m {
				t.Errorf("ParseMessage = %+v, %v; want %+v", got, err, tc.m)
			}
		})
	}
}

func TestMessageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := id.Message{
			Stanza: rapid.OneOf(rapid.StringMatching(`3EB0[0-9A-F]{18}`), rapid.StringMatching(`3A[0-9A-F]{18}`),
				rapid.StringMatching(`AC[0-9A-F]{30}`), rapid.StringMatching(`[a-z0-9]{8,22}`)).Draw(t, "stanza"),
			FromMe: rapid.Bool().Draw(t, "fromMe"),
		}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			m.Chat = id.User(rapid.StringMatching(`[1-9][0-9]{8,14}`).Draw(t, "number")).Private()
		case 1:
			m.Chat = id.Chat{User: rapid.StringMatching(`1203630[0-9]{11}`).Draw(t, "group"), Server: id.Group}
			if !m.FromMe {
				m.Participant = id.User(rapid.StringMatching(`[1-9][0-9]{8,14}`).Draw(t, "participant"))
			}
		case 2:
			m.Chat = id.Chat{User: rapid.StringMatching(`[1-9][0-9]{8,14}-1[0-9]{9}`).Draw(t, "oldgroup"), Server: id.Group}
		case 3:
			m.Chat = id.Chat{User: rapid.StringMatching(`[1-9][0-9]{13,14}`).Draw(t, "lid"), Server: id.Hidden}
		}
		text := m.String()
		got, err := id.ParseMessage(text)
		if err != nil || got != m {
			t.Fatalf("%q: %+v, %v; want %+v", text, got, err, m)
		}
		if m.Chat.Server != id.Group && !dialectPattern.MatchString(text) {
			t.Fatalf("%q does not match the dialect's pattern", text)
		}
	})
}

// Ids that were published in examples of the imitated API have the same outer form.
func TestParsePublishedForm(t *testing.T) {
	for _, s := range []string{"yqKj.Z7XWg0g1lA-wD8Sij1GoQ", "g0jEG0ZsSobn4yNGGU3TAg-gDYOS60TLw"} {
		if !dialectPattern.MatchString(s) {
			t.Fatalf("%q does not match the pattern: the pattern here is wrong", s)
		}
	}
}

func TestParseMessageRefuses(t *testing.T) {
	for _, s := range []string{"", "abc", "abcd-abcd-abcd-abcd", "ab-cd", "PrDE!Tos-wAAOSgtbvg", "PrDEMTosDVpLbhc-AAAOSgtbvg", "../../etc/passwd"} {
		if m, err := id.ParseMessage(s); err == nil {
			t.Errorf("ParseMessage(%q) = %+v, want an error", s, m)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add("PrDEMTosDVpLbhc-wAAOSg4_vg")
	f.Add("OgECAwQFBgcI_w-kgABq52MXN9C0g-DkoOP74")
	for _, published := range []string{ // on the help page
		"g0jEG0ZsSobn4yNGGU3TAg-gDYOS60TLw", "yqKj.Z7XWg0g1lA-wD8Sij1GoQ", "A5y7S8JfMsgaYiXZC6Royw-gMoOS60TLw", "yqL1GxfdT7pX48I-wEASij1GoQ",
	} {
		f.Add(published)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := id.ParseMessage(s); err == nil && m.String() != s {
			t.Errorf("%q parses as %+v, which is written %q", s, m, m.String())
		}
	})
}

// A stanza id that does not fit is replaced by its digest; the text still finds the message.
func TestDigestKeepsItsText(t *testing.T) {
	m := id.Message{Stanza: "a-stanza-id-that-is-longer-than-22-bytes", Chat: id.User("61371989950").Private()}
	text := m.String()
	got, err := id.ParseMessage(text)
	if err != nil {
		t.Fatal(err)
	}
	if got.Stanza != "" || len(got.Digest) != 16 || got.Chat != m.Chat {
		t.Errorf("%q parses as %+v, want a digest of 16 bytes and no stanza id", text, got)
	}
	if got.String() != text {
		t.Errorf("%q is written %q after parsing", text, got.String())
	}
}
