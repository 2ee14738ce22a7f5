package whapi_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

func seed(f *testing.F, more ...string) {
	files, err := filepath.Glob(filepath.Join("testdata", "help", "request-*.json"))
	if err != nil || len(files) == 0 {
		f.Fatal("no examples", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range more {
		f.Add([]byte(s))
	}
}

// judge checks what every decoder promises: no error that is not the user's to read, and content
// that may be sent.
func judge(t *testing.T, s whapi.Send, err error) {
	if err != nil {
		if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind == fault.Internal {
			t.Errorf("error %v (%T) is no fault of the request", err, err)
		}
		if status, body, _ := whapi.EncodeError(err); status < 400 || status > 499 || !json.Valid(body) {
			t.Errorf("answer %d %s", status, body)
		}
		return
	}
	if wrong := message.Validate(s.Content); len(wrong) > 0 || s.To.IsZero() || s.Typing < 0 || s.Typing > time.Minute {
		t.Errorf("accepted %+v although %v", s, wrong)
	}
	m := message.Message{ID: id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: s.To, FromMe: true}, Content: s.Content}
	if b, err := whapi.EncodeSent(m); err != nil || !json.Valid(b) {
		t.Errorf("what was read can't be told: %s, %v", b, err)
	}
}

func FuzzDecodeInteractive(f *testing.F) {
	seed(f, with(`{"buttons":[{"type":"reply","reply":{}},1,null]}`, `,"type":"list"`), with(`{"list":{"sections":[[],{"rows":[{}]}]}}`, `,"type":"list"`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := whapi.DecodeInteractive(whapi.JSON(b))
		judge(t, s, err)
	})
}

func FuzzDecodeCarousel(f *testing.F) {
	seed(f, `{"to":"61371989950","cards":[{"id":"c","text":"t","media":{"media":"data:image/png;name=a;base64,aGk=","no_encode":"true","width":"3"},"buttons":[{"type":"copy","title":"t","id":"i","copy_code":"1"}]}]}`,
		`{"to":"61371989950","quoted":"yqKj.Z7XWg0g1lA-wD8Sij1GoQ","edit":"PrDEMTosDVpLbhc-wAAOSg4_vg","cards":[1,{"media":"x","header":{"text":"h"}},null]}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := whapi.DecodeCarousel(whapi.JSON(b))
		judge(t, s, err)
	})
}

// FuzzForm: what a form says is what JSON says, or it is refused in the same way.
func FuzzForm(f *testing.F) {
	f.Add("61371989950", `{"text":"b"}`, `{"buttons":[{"type":"quick_reply","title":"t","id":"i"}]}`, "640", true)
	f.Add("", `{`, `[[]]`, "true", false)
	f.Fuzz(func(t *testing.T, to, body, action, width string, file bool) {
		in := whapi.Form{Texts: map[string]string{"to": to, "body": body, "action": action, "width": width}}
		if file {
			in.File = &whapi.Part{FileName: body, MimeType: action}
		}
		s, err := whapi.DecodeInteractive(in)
		judge(t, s, err)
	})
}

func FuzzDecodeText(f *testing.F) {
	seed(f, `{"to":"61371989950","body":"b","typing_time":"3"}`, `{"to":"1@lid","body":"\ud800"}`)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := whapi.DecodeText(whapi.JSON(b))
		judge(t, s, err)
	})
}

func FuzzPatchSettings(f *testing.F) {
	f.Add([]byte(`{"webhooks":[{"url":"https://a.example","mode":"path","headers":{"a":"b"},"events":[{"type":"messages","method":"post"}],"webhook_max_age_seconds":15}],"media":{"x":[1]},"callback_backoff_delay_ms":4000.5}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		after, _, err := whapi.PatchSettings(whapi.JSON(b), channel.DefaultSettings())
		if err != nil {
			if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind == fault.Internal {
				t.Errorf("error %v (%T) is no fault of the request", err, err)
			}
			return
		}
		told, err := whapi.EncodeSettings(after)
		if err != nil || !json.Valid(told) {
			t.Fatalf("settings that can't be told: %s, %v", told, err)
		}
		if _, changes, err := whapi.PatchSettings(whapi.JSON(told), after); err != nil || len(changes) > 0 {
			t.Errorf("settings %s sent back: changes %v, %v", told, changes, err)
		}
	})
}
