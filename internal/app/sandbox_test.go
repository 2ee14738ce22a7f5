package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

func sandbox(t *testing.T, c config.Sandbox) (*app.Running, user) {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	r, err := app.Sandbox(t.Context(), c, logTo(t))
	return r, keep(t, r, err)
}

// TestTap is the main job: two buttons out, one tap back, with the help page's own payloads.
func TestTap(t *testing.T) {
	_, u := sandbox(t, config.Sandbox{})
	api := u.facts.API
	sent := u.must(200, "POST", api+"/messages/interactive", example(t, "request-quick-reply.json"))
	message, _ := at(sent, "message", "id").(string)
	if at(sent, "sent") != true || message == "" {
		t.Fatalf("%v", sent)
	}

	held := api + "/sandbox/customers/" + app.Jonathan + "/messages"
	var shown any
	u.await("the message on the phone", held, func(doc any) bool {
		shown = at(doc, -1)
		return at(shown, "id") == message
	})
	for field, want := range map[string]any{"drawn": true, "header": "Header with text", "body": "Body message", "footer": "Footer message"} {
		if got := at(shown, field); got != want {
			t.Errorf("phone shows %s %v, want %v", field, got, want)
		}
	}
	if at(shown, "buttons", 0, "title") != "Button1" || at(shown, "buttons", 1, "title") != "Button2" {
		t.Errorf("phone shows buttons %v", at(shown, "buttons"))
	}

	u.must(200, "POST", api+"/sandbox/customers/"+app.Jonathan+"/tap", `{"message_id":"`+message+`","button":0}`)
	var told any
	u.await("the webhook of the tap", api+"/sandbox/webhooks", func(doc any) bool {
		list, _ := doc.([]any)
		for _, request := range list {
			if body := at(request, "body"); at(body, "messages", 0, "type") == "reply" {
				told = body
				return true
			}
		}
		return false
	})
	if got := at(told, "messages", 0, "context", "quoted_id"); got != message {
		t.Errorf("webhook quotes %v, want %s", got, message)
	}
	if got := at(told, "channel_id"); got != u.facts.ChannelID {
		t.Errorf("webhook of channel %v, want %s", got, u.facts.ChannelID)
	}
	var want any
	if err := json.Unmarshal([]byte(example(t, "webhook-quick-reply-tap.json")), &want); err != nil {
		t.Fatal(err)
	}
	for _, doc := range []any{told, want} { // what differs each time
		root, _ := doc.(map[string]any)
		delete(root, "channel_id")
		m, _ := at(doc, "messages", 0).(map[string]any)
		delete(m, "id")
		delete(m, "timestamp")
		c, _ := at(doc, "messages", 0, "context").(map[string]any)
		delete(c, "quoted_id")
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("webhook differs from the help page (-want +got):\n%s", diff)
	}
}

// TestSandboxWorld looks at who is there when the start is over.
func TestSandboxWorld(t *testing.T) {
	_, u := sandbox(t, config.Sandbox{Token: "play"})
	if u.facts.Token != "play" || len(u.facts.RootKey) != 64 || u.facts.Phone != u.facts.API+"/phone" {
		t.Errorf("%+v", u.facts)
	}
	if _, _, err := net.SplitHostPort(u.facts.Network); err != nil || strings.HasSuffix(u.facts.API, u.facts.Network) {
		t.Errorf("network at %q, API at %q", u.facts.Network, u.facts.API)
	}
	health := u.must(200, "GET", u.facts.API+"/health?token=play", "")
	if at(health, "status", "text") != "AUTH" || at(health, "user", "id") != app.Business || at(health, "channel_id") != u.facts.ChannelID {
		t.Errorf("%v", health)
	}
	customers := u.must(200, "GET", u.facts.API+"/sandbox/customers", "")
	if at(customers, 0, "phone") != app.Jonathan || at(customers, 0, "name") != "Jonathan" || at(customers, 1, "phone") != app.Maria {
		t.Errorf("%v", customers)
	}
	groups, _ := u.must(200, "GET", u.facts.API+"/sandbox/groups", "").([]any)
	if len(groups) != 1 || at(groups, 0, "subject") != "Tapgate friends" {
		t.Errorf("%v", groups)
	}
	members, _ := at(groups, 0, "members").([]any)
	for _, number := range []string{app.Jonathan, app.Maria, app.Business} {
		if !slices.ContainsFunc(members, func(m any) bool { return m == number }) {
			t.Errorf("%s is not in the group: %v", number, members)
		}
	}
	if p := u.must(404, "GET", u.facts.API+"/nothing", ""); at(p, "error", "code") != 404.0 {
		t.Errorf("%v", p)
	}
}

// TestSandboxKeeps starts twice on one directory.
func TestSandboxKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, u := sandbox(t, config.Sandbox{Data: dir})
	token := u.facts.Token
	u.must(200, "POST", u.facts.API+"/messages/text", `{"to":"`+app.Jonathan+`","body":"before"}`)

	if r, err := app.Sandbox(t.Context(), config.Sandbox{Listen: "127.0.0.1:0", Data: dir}, logTo(t)); err == nil {
		stop(t, r)
		t.Fatal("two processes share a directory")
	} else if !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
	for path, mode := range map[string]os.FileMode{"": 0o700, "token": 0o600, "gateway.db": 0o600, "whatsmeow.db": 0o600} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != mode {
			t.Errorf("%s has mode %v, want %v", path, got, mode)
		}
	}
	stop(t, first)

	_, again := sandbox(t, config.Sandbox{Data: dir})
	if again.facts.Token != token || again.facts.ChannelID != u.facts.ChannelID || again.facts.RootKey != u.facts.RootKey {
		t.Errorf("first %+v, then %+v", u.facts, again.facts)
	}
	held := again.facts.API + "/sandbox/customers/" + app.Jonathan + "/messages"
	again.must(200, "POST", again.facts.API+"/messages/text", `{"to":"`+app.Jonathan+`","body":"after"}`)
	again.await("both messages", held, func(doc any) bool {
		return at(doc, 0, "body") == "before" && at(doc, 1, "body") == "after"
	})
	again.must(200, "POST", again.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", `{"text":"hi"}`)
	again.await("the webhook at the new address", again.facts.API+"/sandbox/webhooks", func(doc any) bool {
		list, _ := doc.([]any)
		return slices.ContainsFunc(list, func(r any) bool { return at(r, "body", "messages", 0, "text", "body") == "hi" })
	})
	groups, _ := again.must(200, "GET", again.facts.API+"/sandbox/groups", "").([]any)
	if len(groups) != 1 {
		t.Errorf("%d groups after a restart: %v", len(groups), groups)
	}
}

// TestStopEndsStreams stops while a browser listens to live updates.
func TestStopEndsStreams(t *testing.T) {
	r, u := sandbox(t, config.Sandbox{})
	res, err := http.Get(u.facts.API + "/sandbox/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	stop(t, r)
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Errorf("the stream was cut, not ended: %v", err)
	}
}

// TestFailedStart finds the address taken, and nothing of the attempt left behind.
func TestFailedStart(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := config.Sandbox{Listen: taken.Addr().String(), Data: t.TempDir()}
	if _, err := app.Sandbox(t.Context(), c, logTo(t)); err == nil || !errors.Is(err, os.ErrExist) && !strings.Contains(err.Error(), "in use") {
		t.Fatalf("%v", err)
	}
	sandbox(t, config.Sandbox{Data: c.Data}) // would fail if the first attempt held the lock
}

// TestCurl checks that the command to paste sends what the help page sends.
func TestCurl(t *testing.T) {
	f := app.Facts{API: "http://127.0.0.1:8080", Token: "it's"}
	command := f.Curl()
	for _, words := range []string{"--url http://127.0.0.1:8080/messages/interactive ", `'authorization: Bearer it'\''s'`} {
		if !strings.Contains(command, words) {
			t.Errorf("%s does not hold %s", command, words)
		}
	}
	_, data, _ := strings.Cut(command, "--data '")
	var got, want map[string]any
	if err := errors.Join(
		json.Unmarshal([]byte(strings.TrimSuffix(data, "'")), &got),
		json.Unmarshal([]byte(example(t, "request-quick-reply.json")), &want),
	); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(got, want, func(a, b any) bool { return cmp.Equal(a, b) }) {
		t.Error(cmp.Diff(want, got))
	}
}
