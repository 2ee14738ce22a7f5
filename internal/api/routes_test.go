package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"strings"
	"testing"
	"time"

	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

func TestSend(t *testing.T) {
	s := start(t)
	var got struct {
		Sent    bool
		Message struct {
			ID, Type, Status string
			ChatID           string `json:"chat_id"`
		}
	}
	res := s.ask(t, "POST", "/messages/text", hello)
	if err := json.Unmarshal([]byte(read(t, res)), &got); err != nil {
		t.Fatal(err)
	}
	if !got.Sent || got.Message.Type != "text" || got.Message.Status != "pending" || got.Message.ChatID != "61371989950@s.whatsapp.net" {
		t.Errorf("%+v", got)
	}
	if got.Message.ID != (id.Message{Stanza: "3EB0000102030405060708", Chat: id.User("61371989950").Private(), FromMe: true}).String() {
		t.Errorf("id %s", got.Message.ID)
	}
	if len(s.gate.drafts) != 1 || s.gate.drafts[0].Content != (message.Text{Body: "Hello"}) || s.gate.drafts[0].Recipe != "" {
		t.Errorf("%+v", s.gate.drafts)
	}
	s.ask(t, "POST", "/messages/text", hello, "X-Tapgate-Recipe", "R2")
	if s.gate.drafts[1].Recipe != "R2" {
		t.Errorf("%+v", s.gate.drafts[1])
	}
}

// TestWarnings sends a header that is longer than apps show, and not ASCII.
func TestWarnings(t *testing.T) {
	s := start(t)
	body := `{"to":"61371989950","type":"button","header":{"text":"` + strings.Repeat("ü", 61) + `"},"body":{"text":"b"},` +
		`"action":{"buttons":[{"type":"quick_reply","title":"Yes","id":"y"},{"type":"url","title":"Look","id":"l","url":"https://example.org"}]}}`
	res := s.ask(t, "POST", "/messages/interactive", body)
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, read(t, res))
	}
	lines := res.Header.Values("X-Tapgate-Warning")
	if len(lines) < 2 {
		t.Errorf("want a warning of the header and one of mixed buttons, got %q", lines)
	}
	for _, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not a line of ASCII: %q", line)
		}
	}
	s.Close()
	if strings.Count(s.log.String(), "message will not look as written") != len(lines) {
		t.Errorf("log:\n%s", s.log)
	}
}

func TestHealth(t *testing.T) {
	s := start(t)
	var got struct {
		ChannelID string `json:"channel_id"`
		StartAt   int    `json:"start_at"`
		Uptime    int
		Status    struct{ Text string }
		User      struct{ ID, Name string }
	}
	if err := json.Unmarshal([]byte(read(t, s.ask(t, "GET", "/health", ""))), &got); err != nil {
		t.Fatal(err)
	}
	if got.ChannelID != string(mantis) || got.StartAt != 1713774883 || got.Uptime != 78 || got.Status.Text != "AUTH" ||
		got.User.ID != "61371989950" || got.User.Name != "Jonathan" {
		t.Errorf("%+v", got)
	}
	if s.gate.woken != 1 {
		t.Errorf("woken %d times, want once", s.gate.woken)
	}
	if s.ask(t, "GET", "/health?wakeup=false", ""); s.gate.woken != 1 {
		t.Error("woken in spite of wakeup=false")
	}
}

func TestLimits(t *testing.T) {
	res := start(t).ask(t, "GET", "/limits", "")
	if res.StatusCode != 204 || read(t, res) != "" {
		t.Error(res.Status)
	}
}

func TestSettings(t *testing.T) {
	s := start(t)
	var change struct {
		Before  *json.RawMessage `json:"before_update"`
		After   *json.RawMessage `json:"after_update"`
		Changes []string
	}
	res := s.ask(t, "PATCH", "/settings", `{"webhooks":[{"url":"https://example.org/hook","events":[{"type":"messages","method":"post"}],"mode":"body"}]}`)
	if err := json.Unmarshal([]byte(read(t, res)), &change); err != nil {
		t.Fatal(err)
	}
	if change.Before == nil || change.After == nil || len(change.Changes) != 1 || change.Changes[0] != "webhooks" {
		t.Errorf("%+v", change)
	}
	if got := read(t, s.ask(t, "GET", "/settings", "")); !strings.Contains(got, "https://example.org/hook") {
		t.Error(got)
	}
	if len(s.gate.settings.Webhooks) != 1 || s.gate.settings.Webhooks[0].URL != "https://example.org/hook" {
		t.Errorf("%+v", s.gate.settings)
	}
}

func TestEvents(t *testing.T) {
	var got []struct{ Type, Method string }
	if err := json.Unmarshal([]byte(read(t, start(t).ask(t, "GET", "/settings/events", ""))), &got); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range got {
		seen[e.Type+"."+e.Method] = true
	}
	if len(got) != 11*4 || len(seen) != len(got) || !seen["messages.post"] || !seen["calls.delete"] {
		t.Errorf("%d pairs, %d different", len(got), len(seen))
	}
}

func TestLogin(t *testing.T) {
	s := start(t)
	var shown struct {
		Status, Base64, Rowdata string
		Expire                  int
	}
	ask := func(path string) {
		t.Helper()
		shown.Base64, shown.Rowdata, shown.Expire = "", "", 0
		if err := json.Unmarshal([]byte(read(t, s.ask(t, "GET", path, ""))), &shown); err != nil {
			t.Fatal(err)
		}
	}
	if ask("/users/login"); shown.Status != "WAITING" || shown.Base64 != "" {
		t.Errorf("without a code: %+v", shown)
	}
	wantProblem(t, s.ask(t, "GET", "/users/login/image", ""), 503)

	s.gate.login = gateway.Login{QR: "2@abc,def,ghi", ExpiresAt: time.Now().Add(time.Minute)}
	ask("/users/login/rowdata")
	if shown.Status != "OK" || shown.Rowdata != "2@abc,def,ghi" || shown.Expire < 50 || shown.Expire > 60 {
		t.Errorf("rowdata: %+v", shown)
	}
	ask("/users/login")
	image, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(shown.Base64, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(image)); err != nil {
		t.Error(err)
	}
	for query, atMost := range map[string]int{"?size=100": 100, "?width=300": 300, "?size=-1": 70, "?size=1": 70, "?size=999999": 2000} {
		res := s.ask(t, "GET", "/users/login/image"+query, "")
		config, err := png.DecodeConfig(strings.NewReader(read(t, res)))
		if err != nil || res.Header.Get("Content-Type") != "image/png" || config.Width != config.Height || config.Width > atMost {
			t.Errorf("%s: %v, %dx%d, want at most %d", query, err, config.Width, config.Height, atMost)
		}
	}
	if got := read(t, s.ask(t, "GET", "/users/login/61371989950", "")); got != `{"code":"ABCD-EFGH"}` || s.gate.number != "61371989950" {
		t.Errorf("code: %s for %s", got, s.gate.number)
	}
	if got := read(t, s.ask(t, "POST", "/users/logout", "")); got != `{"success":true}` {
		t.Errorf("logout: %s", got)
	}
}

func TestNonsenseIsNoMessage(t *testing.T) {
	s := start(t)
	p := wantProblem(t, s.ask(t, "GET", "/messages/nonsense", ""), 404)
	if p.Message != "Specified message not found" || len(s.gate.asked) != 0 {
		t.Errorf("%+v", p)
	}
}
