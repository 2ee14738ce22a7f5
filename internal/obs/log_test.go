package obs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"tapgate/internal/obs"
)

const canary = "cAnArY-0123456789"

// A canary goes into every place that could carry a secret; it must come out nowhere.
func TestLogLeaksNoSecret(t *testing.T) {
	link, err := url.Parse("https://gate.example/health?wakeup=false&token=" + canary + "#end")
	if err != nil {
		t.Fatal(err)
	}
	for _, json := range []bool{false, true} {
		var out bytes.Buffer
		log := obs.NewLogger(&out, slog.LevelDebug, json).With("api_token", canary).WithGroup("request")
		log.Info("attributes", "token", canary, "Authorization", "Bearer "+canary, "client_secret", canary)
		log.Info("groups", slog.Group("headers", "authorization", canary, "accept", "text/plain"))
		log.Info("urls", "url", link, "path", "/messages/text?token="+canary, "error", fmt.Errorf("get %q: %w", link, errors.New("refused")))
		log.Info("values", "line", "Authorization: Bearer "+canary, "key", obs.Secret(canary))
		log.Debug("deep", "o", slog.GroupValue(slog.Group("p", "secret", canary)))
		if strings.Contains(out.String(), canary) {
			t.Errorf("the canary leaked:\n%s", out.String())
		}
		for _, kept := range []string{"wakeup=false", "#end", "text/plain", "/messages/text", "refused"} {
			if !strings.Contains(out.String(), kept) {
				t.Errorf("%q is missing:\n%s", kept, out.String())
			}
		}
	}
}

func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	log := obs.NewLogger(&out, slog.LevelWarn, true)
	log.Info("quiet")
	log.Warn("loud", "attempts", 3)
	var line struct {
		Msg      string
		Attempts int
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Msg != "loud" || line.Attempts != 3 {
		t.Errorf("got %q (%v), want the warning only", out.String(), err)
	}
}

func TestSecret(t *testing.T) {
	s := obs.Secret(canary)
	asJSON, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %s %q %+v %#v %x %s", s, s, s, struct{ S obs.Secret }{s}, s, s, asJSON)
	if strings.Contains(shown, canary) || strings.Contains(shown, fmt.Sprintf("%x", canary)) {
		t.Errorf("the secret shows: %s", shown)
	}
	if s.Reveal() != canary {
		t.Errorf("Reveal() = %q", s.Reveal())
	}
	var read struct{ S obs.Secret }
	if err := json.Unmarshal([]byte(`{"S":"`+canary+`"}`), &read); err != nil || read.S.Reveal() != canary {
		t.Errorf("read %q, %v", read.S.Reveal(), err)
	}
}
