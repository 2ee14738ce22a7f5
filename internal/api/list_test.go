package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

func TestListMessages(t *testing.T) {
	s := start(t)
	chat := id.User("61371989950").Private()
	for path, want := range map[string]store.Query{
		"/messages/list": {Count: 100},
		"/messages/list?count=2&offset=4&time_from=1712995245&time_to=1712995300&sort=asc&from_me=true&normal_types=false&limit=7&before=x": {
			Count: 2, Offset: 4, From: time.Unix(1712995245, 0), To: time.Unix(1712995300, 0), OldestFirst: true, Direction: store.Outgoing,
		},
		"/messages/list?from_me=false&author=61371989950":              {Count: 100, Direction: store.Incoming, Author: "61371989950"},
		"/messages/list/61371989950@s.whatsapp.net":                    {Count: 100, Chat: chat},
		"/messages/list/61371989950%40c.us?author=":                    {Count: 100, Chat: chat},
		"/messages/list/120363000000000001@g.us?count=500&sort=desc":   {Count: 500, Chat: id.Chat{User: "120363000000000001", Server: id.Group}},
		"/messages/list?author=61371989950@s.whatsapp.net&time_from=0": {Count: 100, Author: "61371989950"},
	} {
		res := s.ask(t, "GET", path, "")
		body := read(t, res)
		if res.StatusCode != 200 || !strings.Contains(body, `"count":2,"total":9,`) {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
		if got := s.gate.queries[len(s.gate.queries)-1]; !cmp.Equal(got, want) {
			t.Errorf("%s asks for %s", path, cmp.Diff(want, got))
		}
	}
	res := s.ask(t, "GET", "/messages/list?offset=4", "")
	if body := read(t, res); !strings.HasSuffix(body, `"count":2,"total":9,"offset":4,"first":4,"last":5}`) {
		t.Errorf("answer %s", body)
	}
}

// Everything that is wrong is named, at once.
func TestListMessagesWrong(t *testing.T) {
	s := start(t)
	res := s.ask(t, "GET", "/messages/list/61371989950?count=501&offset=-1&time_from=x&sort=up&from_me=2&author=abc", "")
	details := wantProblem(t, res, 400).Details
	for _, path := range []string{"/params/ChatID", "/query/count", "/query/offset", "/query/time_from", "/query/sort", "/query/from_me", "/query/author"} {
		if !strings.Contains(details, path+" ") {
			t.Errorf("%s is not named in %q", path, details)
		}
	}
	if len(s.gate.queries) != 0 {
		t.Error("the gateway was asked all the same")
	}
}

const listedID = "PrDEMTosDVpLbhc-wAAOSg4_vg"

func TestTimelineAnswer(t *testing.T) {
	s := start(t)
	res := s.ask(t, "GET", "/tapgate/messages/"+listedID+"/timeline", "")
	body := read(t, res)
	for _, part := range []string{
		`"failure":{"code":"whatsapp_479","reason":"Because."}`,
		`{"step":"attempt","at":1712995245.123456,"took_ms":1.5,"number":1,"result":"refused","reason":"479"}`,
		`{"step":"tapped","at":1712995245.123456,"by":"61371989950","reply":{"id":`,
		`"attempts":[{"at":1712995245.123456,"took_ms":1,"failure":"connection refused"}]`,
	} {
		if res.StatusCode != 200 || !strings.Contains(body, part) {
			t.Errorf("%d, without %s in %s", res.StatusCode, part, body)
		}
	}
	wantProblem(t, s.ask(t, "GET", "/tapgate/messages/nonsense/timeline", ""), 404)
	wantProblem(t, s.ask(t, "POST", "/tapgate/messages/"+listedID+"/timeline", ""), 405)
}

// How long a message may wait is said by a header; a wrong one is named and nothing is sent.
func TestExpireAfter(t *testing.T) {
	s := start(t)
	const body = `{"to":"61371989950","body":"code 4711"}`
	for given, want := range map[string]time.Duration{"1": time.Second, "300": 5 * time.Minute, "2592000": 720 * time.Hour} {
		if res := s.ask(t, "POST", "/messages/text", body, "X-Tapgate-Expire-After", given); res.StatusCode != 200 {
			t.Errorf("%s: %s", given, read(t, res))
		}
		if got := s.gate.drafts[len(s.gate.drafts)-1].Expiry; got != want {
			t.Errorf("%s becomes %s", given, got)
		}
	}
	before := len(s.gate.drafts)
	for _, given := range []string{"x", "0", "-1", "2592001", "1.5", "soon", "99999999999999999999"} {
		p := wantProblem(t, s.ask(t, "POST", "/messages/text", body, "X-Tapgate-Expire-After", given), 400)
		if !strings.Contains(p.Message, "X-Tapgate-Expire-After") {
			t.Errorf("%q: %+v", given, p)
		}
	}
	if len(s.gate.drafts) != before {
		t.Error("something was sent all the same")
	}
}
