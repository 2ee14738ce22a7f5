package whapi_test

import (
	"testing"

	"tapgate/internal/id"
	"tapgate/internal/whapi"
)

func TestPhoneNumber(t *testing.T) {
	for text, want := range map[string]id.User{
		"61371989950": "61371989950", "+61 371 989-950": "61371989950", " (613) 719.89950 ": "61371989950",
		"61371989950@s.whatsapp.net": "61371989950", "61371989950@c.us": "61371989950",
		"": "", "+": "", "12345": "", "61371989950@lid": "", "120363@g.us": "", "six": "", "++61371989950": "",
		"123456789012345678901": "",
	} {
		got, ok := whapi.PhoneNumber(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, ok, want)
		}
	}
}
