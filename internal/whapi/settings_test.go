package whapi_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/whapi"
)

const defaults = `{"callback_backoff_delay_ms":3000,"max_callback_backoff_delay_ms":900000,"webhooks":[]}`

func TestEncodeSettings(t *testing.T) {
	if got, err := whapi.EncodeSettings(channel.DefaultSettings()); err != nil || string(got) != defaults {
		t.Errorf("%s, %v\nwant %s", got, err, defaults)
	}
}

func TestPatchSettings(t *testing.T) {
	was := channel.DefaultSettings()
	was.Webhooks = []channel.Webhook{{URL: "https://old.example", Mode: channel.ModeBody}}
	was.Extra = map[string][]byte{"full_history": []byte("true")}
	tests := []struct {
		name, in string
		want     func(*channel.Settings)
		changes  []string
	}{
		{"nothing", `{}`, func(*channel.Settings) {}, nil},
		{"unknown and null", `{"success":true,"webhooks":null,"callback_backoff_delay_ms":null}`, func(*channel.Settings) {}, nil},
		{"same values", `{"callback_backoff_delay_ms":3000,"webhooks":[{"url":"https://old.example"}],"full_history":true,"offline_mode":false,"proxy":"","rate_per_minute":0}`, func(*channel.Settings) {}, nil},
		{"delays", `{"callback_backoff_delay_ms":15000,"max_callback_backoff_delay_ms":600000}`, func(s *channel.Settings) {
			s.BackoffDelay, s.MaxBackoffDelay = 15*time.Second, 10*time.Minute
		}, []string{"callback_backoff_delay_ms", "max_callback_backoff_delay_ms"}},
		{"no webhooks", `{"webhooks":[]}`, func(s *channel.Settings) { s.Webhooks = []channel.Webhook{} }, []string{"webhooks"}},
		{"webhooks are replaced", `{"webhooks":[{"url":"http://new.example:8080/hook?key=1","mode":"method","x":1,
			"headers":{"Authorization":"Bearer a b","X-Header":""},
			"events":[{"type":"messages","method":"post"},{"type":"calls","method":"delete"},{"type":"ack"}],
			"webhook_max_age_seconds":15,"send_undecrypted_ad":false},{"url":"https://b.example","mode":"path"}]}`,
			func(s *channel.Settings) {
				s.Webhooks = []channel.Webhook{{
					URL: "http://new.example:8080/hook?key=1", Mode: channel.ModeMethod,
					Headers: map[string]string{"Authorization": "Bearer a b", "X-Header": ""},
					Events:  []channel.EventFilter{{Type: "messages", Method: "post"}, {Type: "calls", Method: "delete"}, {Type: "ack"}},
					MaxAge:  15 * time.Second,
					Extra:   map[string][]byte{"send_undecrypted_ad": []byte("false")},
				}, {URL: "https://b.example", Mode: channel.ModePath}}
			}, []string{"webhooks"}},
		{"settings without effect are kept", `{"media":{"auto_download": ["image"], "init_avatars":false},"full_history":false}`, func(s *channel.Settings) {
			s.AutoDownload = []string{"image"}
			s.Extra = map[string][]byte{
				"full_history": []byte("false"), "media": []byte(`{"auto_download":["image"],"init_avatars":false}`)}
		}, []string{"media", "full_history"}},
		{"the session", `{"proxy":"socks5h://user:pass@proxy.example.org:1080","offline_mode":true}`, func(s *channel.Settings) {
			s.Proxy, s.Offline = "socks5h://user:pass@proxy.example.org:1080", true
		}, []string{"proxy", "offline_mode"}},
		{"pace", `{"rate_per_minute":20,"rate_jitter":0.5}`, func(s *channel.Settings) {
			s.Pace = channel.Pace{PerMinute: 20, Jitter: 0.5}
		}, []string{"rate_per_minute", "rate_jitter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := was
			tt.want(&want)
			got, changes, err := whapi.PatchSettings(whapi.JSON(tt.in), was)
			if err != nil || !reflect.DeepEqual(got, want) || !slices.Equal(changes, tt.changes) {
				t.Errorf("%+v, %v, %v\nwant %+v, %v", got, changes, err, want, tt.changes)
			}
			if len(was.Extra) != 1 || string(was.Extra["full_history"]) != "true" || was.Webhooks[0].URL != "https://old.example" {
				t.Errorf("the settings before became %+v", was)
			}
		})
	}
}

func TestSettingsAreGivenBack(t *testing.T) {
	const webhooks = `[{"headers":{"A":"1","B":"2"},"url":"https://a.example/?x=1&y=2","mode":"body","events":[{"type":"messages","method":"post"},{"type":"ack"}],"webhook_max_age_seconds":15}]`
	const in = `{"webhooks":` + webhooks + `,"media":{"auto_download":["image"]},"full_history":true}`
	after, changes, err := whapi.PatchSettings(whapi.JSON(in), channel.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"before_update":` + defaults + `,"after_update":{"callback_backoff_delay_ms":3000,"max_callback_backoff_delay_ms":900000,` +
		`"webhooks":` + webhooks + `,"media":{"auto_download":["image"]},"full_history":true},"changes":["webhooks","media","full_history"]}`
	got, err := whapi.EncodeSettingsChange(channel.DefaultSettings(), after, changes)
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	// what was given back can be sent again and changes nothing
	told, err := whapi.EncodeSettings(after)
	if err != nil {
		t.Fatal(err)
	}
	if _, changes, err := whapi.PatchSettings(whapi.JSON(told), after); err != nil || len(changes) > 0 {
		t.Errorf("the same settings again: %v, %v", changes, err)
	}
	got, err = whapi.EncodeSettingsChange(after, after, nil)
	if err != nil || !strings.HasSuffix(string(got), `"changes":[]}`) {
		t.Errorf("no changes: %s, %v", got, err)
	}
}

func TestPatchSettingsRefuses(t *testing.T) {
	const (
		badURL = "must be an absolute http or https URL with a host"
		types  = "must be equal to one of the allowed values: messages, statuses, chats, contacts, groups, presences, calls, channel, users, labels, service, message, ack, chat, status"
	)
	hook := func(more string) string { return `{"webhooks":[{"url":"https://a.example"` + more + `}]}` }
	eleven := `{"webhooks":[` + strings.Repeat(`{"url":"https://a.example"},`, 10) + `{"url":"https://a.example"}]}`
	tests := []struct {
		name, in string
		want     []string
	}{
		{"delays out of range", `{"callback_backoff_delay_ms":2999,"max_callback_backoff_delay_ms":3600001}`, []string{
			"/body/callback_backoff_delay_ms must be >= 3000", "/body/max_callback_backoff_delay_ms must be <= 3600000"}},
		{"no array", `{"webhooks":{"url":"https://a.example"}}`, []string{"/body/webhooks must be array"}},
		{"eleven webhooks", eleven, []string{"/body/webhooks must NOT have more than 10 items (given: 11)"}},
		{"nonsense", `{"webhooks":["https://a.example",{}]}`, []string{"/body/webhooks/0 must be object", "/body/webhooks/1 must have required property 'url'"}},
		{"url as number", `{"webhooks":[{"url":1}]}`, []string{"/body/webhooks/0/url must be string"}},
		{"other scheme", `{"webhooks":[{"url":"ftp://a.example"},{"url":"a.example/hook"},{"url":"https:///hook"},{"url":""}]}`, []string{
			"/body/webhooks/0/url " + badURL, "/body/webhooks/1/url " + badURL, "/body/webhooks/2/url " + badURL, "/body/webhooks/3/url " + badURL}},
		{"url too long", `{"webhooks":[{"url":"https://a.example/` + strings.Repeat("x", 2000) + `"}]}`, []string{
			"/body/webhooks/0/url must NOT have more than 2000 characters (given: 2018)"}},
		{"mode", hook(`,"mode":"query"`), []string{"/body/webhooks/0/mode must be equal to one of the allowed values: body, path, method"}},
		{"events", hook(`,"events":[{"type":"polls","method":"get"},{"method":"post"},"messages"]`), []string{
			"/body/webhooks/0/events/2 must be object", "/body/webhooks/0/events/0/type " + types,
			"/body/webhooks/0/events/0/method must be equal to one of the allowed values: post, put, delete, patch",
			"/body/webhooks/0/events/1 must have required property 'type'"}},
		{"six headers", hook(`,"headers":{"a":"","b":"","c":"","d":"","e":"","f":""}`), []string{"/body/webhooks/0/headers must NOT have more than 5 properties (given: 6)"}},
		{"headers that break requests", hook(`,"headers":{"a b":"1","c/d":"2","e":"x\r\nHost: y","f":1}`), []string{
			"/body/webhooks/0/headers/a b must be named as an HTTP header", "/body/webhooks/0/headers/c~1d must be named as an HTTP header",
			"/body/webhooks/0/headers/e must be a line of at most 4096 bytes", "/body/webhooks/0/headers/f must be string"}},
		{"max age", `{"webhooks":[{"url":"https://a.example","webhook_max_age_seconds":14},{"url":"https://b.example","webhook_max_age_seconds":172801},{"url":"https://c.example","webhook_max_age_seconds":"soon"}]}`, []string{
			"/body/webhooks/0/webhook_max_age_seconds must be >= 15", "/body/webhooks/1/webhook_max_age_seconds must be <= 172800", "/body/webhooks/2/webhook_max_age_seconds must be number"}},
		{"kinds of settings without effect", `{"media":[],"offline_mode":"yes"}`, []string{"/body/offline_mode must be boolean", "/body/media must be object"}},
		{"proxy without a port", `{"proxy":"socks5://u:p@h"}`, []string{"/body/proxy " + badProxy}},
		{"proxy with an impossible port", `{"proxy":"socks5://u:p@h:70000"}`, []string{"/body/proxy " + badProxy}},
		{"proxy without a password", `{"proxy":"socks5://u@h:1080"}`, []string{"/body/proxy " + badProxy}},
		{"proxy with a path", `{"proxy":"socks5://u:p@h:1080/x"}`, []string{"/body/proxy " + badProxy}},
		{"proxy of another kind", `{"proxy":"http://u:p@h:1080"}`, []string{"/body/proxy " + badProxy}},
		{"mobile proxy", `{"mobile_proxy":"socks5://u:p@h:1080"}`, []string{"/body/mobile_proxy is not supported yet"}},
		{"pace", `{"rate_per_minute":-1,"rate_jitter":1.5}`, []string{"/body/rate_per_minute must be >= 0", "/body/rate_jitter must be <= 1"}},
		{"no object", `[]`, []string{"/body must be object"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			was := channel.DefaultSettings()
			after, changes, err := whapi.PatchSettings(whapi.JSON(tt.in), was)
			wantFault(t, err, 400, tt.want...)
			if !reflect.DeepEqual(after, was) || changes != nil {
				t.Errorf("refused and changed: %+v, %v", after, changes)
			}
		})
	}
}

func TestTenWebhooks(t *testing.T) {
	var list []string
	for i := range 10 {
		list = append(list, fmt.Sprintf(`{"url":"https://a.example/%d"}`, i))
	}
	after, _, err := whapi.PatchSettings(whapi.JSON(`{"webhooks":[`+strings.Join(list, ",")+`]}`), channel.DefaultSettings())
	if err != nil || len(after.Webhooks) != 10 {
		t.Errorf("%d webhooks, %v", len(after.Webhooks), err)
	}
}
