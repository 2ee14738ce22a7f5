package whapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

// The bytes 0xfb 0xff 0xfe are "+//+" in standard base64 and "-__-" in the URL-safe one.
var tricky = []byte{0xfb, 0xff, 0xfe}

func TestParseSource(t *testing.T) {
	for s, want := range map[string]message.MediaSource{
		"https://example.org/a.jpg?x=1": {URL: "https://example.org/a.jpg?x=1"},
		" http://127.0.0.1:8080/a ":     {URL: "http://127.0.0.1:8080/a"},
		"HTTPS://example.org/A":         {URL: "HTTPS://example.org/A"},

		"jpeg-3eb0aabbccddeeff001122-c00000": {ID: "jpeg-3eb0aabbccddeeff001122-c00000"},

		"data:image/png;base64,+//+":                         {Data: tricky, MimeType: "image/png"},
		"DATA:image/png;BASE64,+//+":                         {Data: tricky, MimeType: "image/png"},
		"data:image/jpeg;name=x.jpg;base64,+//+":             {Data: tricky, MimeType: "image/jpeg", FileName: "x.jpg"},
		`data:image/jpeg;filename="a%20b.jpg";base64,+//+`:   {Data: tricky, MimeType: "image/jpeg", FileName: "a b.jpg"},
		"data:audio/ogg;codecs=opus;base64,+//+":             {Data: tricky, MimeType: "audio/ogg; codecs=opus"},
		"data:;base64,aGk=":                                  {Data: []byte("hi")},
		"data:text/plain,a%20b":                              {Data: []byte("a b"), MimeType: "text/plain"},
		"data:application/pdf;name=../../etc/p;base64,aGk= ": {Data: []byte("hi"), MimeType: "application/pdf", FileName: "../../etc/p"},

		"+//+": {Data: tricky}, "-__-": {Data: tricky}, "-_/+": {Data: tricky},
		"aGk=": {Data: []byte("hi")}, "aGk": {Data: []byte("hi")},
		"aGV\r\n sbG8\t=\n": {Data: []byte("hello")},
	} {
		got, err := whapi.ParseSource(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", s, diff)
		}
	}
}

func TestNoSource(t *testing.T) {
	for _, s := range []string{
		"", "  ", "file:///etc/passwd", "ftp://example.org/x", "https://", "http:///x", "javascript:alert(1)",
		"data:image/png;base64", "data:image/png;base64,", "data:image/png;base64,a*b", "data:,", "data:" + strings.Repeat("x", 2000) + ",a",
		"a", "aGk==x", "====", "héllo", "a.jpg", "./etc/passwd", "https://example.org/" + strings.Repeat("x", 9000),
	} {
		if got, err := whapi.ParseSource(s); err == nil || !strings.HasPrefix(err.Error(), "must ") {
			t.Errorf("%q: %+v, error %v", s, got, err)
		}
	}
}

func FuzzParseSource(f *testing.F) {
	for _, s := range []string{"https://example.org/a", "data:image/jpeg;name=x.jpg;base64,aGk=", "jpeg-00-11", "aGk="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		src, err := whapi.ParseSource(s)
		if err != nil {
			return
		}
		ways := 0
		for _, given := range []bool{src.URL != "", len(src.Data) > 0, src.ID != ""} {
			if given {
				ways++
			}
		}
		if ways != 1 {
			t.Errorf("%q became %+v: want exactly one of URL, data, id", s, src)
		}
	})
}
