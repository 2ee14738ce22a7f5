package whapi_test

import (
	"strings"
	"testing"

	"tapgate/internal/whapi"
)

func TestProfileChange(t *testing.T) {
	long := strings.Repeat("ä", 139) // characters, not bytes
	c, err := whapi.DecodeProfileChange(whapi.JSON(`{"name":"Ännchen","about":"` + long + `","icon":"https://example.com/a.png"}`))
	if c.Name != "Ännchen" || c.About != long || c.Icon == nil || c.Icon.URL != "https://example.com/a.png" || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = whapi.DecodeProfileChange(whapi.JSON(`{"icon":"data:image/png;base64,QUJD"}`))
	if c.Name != "" || c.About != "" || c.Icon == nil || string(c.Icon.Data) != "ABC" || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	for body, want := range map[string]string{
		`{}`:                                    "must have property 'name', 'about' or 'icon'",
		`{"name":"ab"}`:                         "/name must NOT have fewer than 3 characters",
		`{"name":"12345678901234567890123456"}`: "/name must NOT have more than 25 characters (given: 26)",
		`{"about":""}`:                          "/about must NOT have fewer than 1 characters",
		`{"about":"` + long + `x"}`:             "/about must NOT have more than 139 characters (given: 140)",
		`{"name":7}`:                            "/name must be string",
		`{"icon":""}`:                           "/icon must NOT be empty",
		`{"icon":7}`:                            "/icon must be string",
		`{"name":"ab","icon":"ftp://a/b"}`:      "/name must NOT have fewer than 3 characters; /icon must be a URL (http or https), a data URI, base64 or a media id",
	} {
		_, err := whapi.DecodeProfileChange(whapi.JSON(body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}
