package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tapgate/internal/channel"
	"tapgate/internal/store"
)

func TestSettingsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		extra := rapid.MapOfN(rapid.String(), rapid.SliceOf(rapid.Byte()), 0, 3)
		want := channel.Settings{
			AutoDownload:    rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "auto download"),
			BackoffDelay:    time.Duration(rapid.Int64().Draw(t, "delay")),
			MaxBackoffDelay: time.Duration(rapid.Int64().Draw(t, "max")),
			Extra:           extra.Draw(t, "extra"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "webhooks") {
			w := channel.Webhook{
				URL:     text(t),
				Mode:    channel.Mode(text(t)),
				Headers: rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, "headers"),
				MaxAge:  time.Duration(rapid.Int64().Draw(t, "max age")),
				Extra:   extra.Draw(t, "extra"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "events") {
				w.Events = append(w.Events, channel.EventFilter{Type: text(t), Method: text(t)})
			}
			want.Webhooks = append(want.Webhooks, w)
		}
		row, err := store.EncodeSettings(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := store.DecodeSettings(row)
		if err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n-want +got\n%s", row, diff)
		}
	})
}

// The row is a format that outlives this program: what was written once must be read for ever.
func TestSettingsOfVersion1(t *testing.T) {
	const row = `{"v":1,"backoff_delay":"3s","max_backoff_delay":"15m0s","webhooks":[{"url":"https://a.example/hook","mode":"body","events":[{"type":"messages","method":"post"}],"headers":{"X-Key":"k"}}],"extra":{"offline_mode":"dHJ1ZQ=="}}`
	got, err := store.DecodeSettings([]byte(row))
	if err != nil {
		t.Fatal(err)
	}
	want := channel.DefaultSettings()
	want.Webhooks = []channel.Webhook{{
		URL: "https://a.example/hook", Mode: channel.ModeBody,
		Events:  []channel.EventFilter{{Type: "messages", Method: "post"}},
		Headers: map[string]string{"X-Key": "k"},
	}}
	want.Extra = map[string][]byte{"offline_mode": []byte("true")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// The limit of age had no effect once and was kept as it came.
func TestSettingsWithMaxAgeOfOld(t *testing.T) {
	for kept, want := range map[string]time.Duration{"MTU=": 15 * time.Second, "OTAuNQ==": 90500 * time.Millisecond, "MQ==": 0, "MTczMDAw": 0} {
		row := `{"v":1,"backoff_delay":"3s","max_backoff_delay":"15m0s","webhooks":[{"url":"https://a.example/hook","extra":{"webhook_max_age_seconds":"` + kept + `"}}]}`
		got, err := store.DecodeSettings([]byte(row))
		if err != nil {
			t.Fatal(err)
		}
		if hook := got.Webhooks[0]; hook.MaxAge != want || len(hook.Extra) != 0 {
			t.Errorf("%s: max age %s beside %v, want %s", kept, hook.MaxAge, hook.Extra, want)
		}
	}
}
