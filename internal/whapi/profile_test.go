package whapi_test

import (
	"strings"
	"testing"

	"tapgate/internal/whapi"
)

func TestProfileChange(t *testing.T) {
	long := strings.Repeat("ä", 139) // characters, not bytes
	name, about, err := whapi.DecodeProfileChange(whapi.JSON(`{"name":"Ännchen","about":"` + long + `"}`))
	if name != "Ännchen" || about != long || err != nil {
		t.Errorf("%q, %q, %v", name, about, err)
	}
	for body, want := range map[string]string{
		`{}`:                                    "must have property 'name' or 'about'",
		`{"name":"ab"}`:                         "/name must NOT have fewer than 3 characters",
		`{"name":"12345678901234567890123456"}`: "/name must NOT have more than 25 characters (given: 26)",
		`{"about":""}`:                          "/about must NOT have fewer than 1 characters",
		`{"about":"` + long + `x"}`:             "/about must NOT have more than 139 characters (given: 140)",
		`{"name":7}`:                            "/name must be string",
		`{"name":"Corner shop","icon":"https://example.com/a.png"}`: "/icon can't be set here yet",
	} {
		_, _, err := whapi.DecodeProfileChange(whapi.JSON(body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}
