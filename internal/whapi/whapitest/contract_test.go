package whapitest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tapgate/internal/whapi"
	"tapgate/internal/whapi/whapitest"
)

func open(t *testing.T) *whapitest.Contract {
	t.Helper()
	c, err := whapitest.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestExamples(t *testing.T) {
	if err := open(t).CheckExamples(); err != nil {
		t.Error(err)
	}
}

// TestHelpPage: the examples of the document are the payloads of the dialect's help page, whole.
func TestHelpPage(t *testing.T) {
	var doc struct {
		Components struct {
			Examples map[string]struct{ Value any }
		}
	}
	if err := yaml.Unmarshal(whapi.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"QuickReply":     "request-quick-reply.json",
		"CallAndURL":     "request-call-and-url.json",
		"CopyCode":       "request-copy-code.json",
		"List":           "request-list.json",
		"ReplyButton":    "webhook-quick-reply-tap.json",
		"ReplyButtonWeb": "webhook-quick-reply-tap-web.json",
		"ReplyRow":       "webhook-list-pick.json",
	} {
		raw, err := os.ReadFile(filepath.Join("..", "testdata", "help", file))
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		written, err := json.Marshal(doc.Components.Examples[name].Value)
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(raw, &want) != nil || json.Unmarshal(written, &got) != nil {
			t.Fatalf("%s is not JSON", file)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("example %s differs from %s (-page +document):\n%s", name, file, diff)
		}
	}
}

// TestFindsWhatIsWrong: a checker that finds nothing proves nothing.
func TestFindsWhatIsWrong(t *testing.T) {
	c := open(t)
	const (
		hello  = `{"to":"61371989950","body":"Hello"}`
		sent   = `{"sent":true,"message":{"id":"yqKj.Z7XWg0g1lA-wD8Sij1GoQ","from_me":true,"type":"text","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995245,"source":"api","status":"pending","text":{"body":"Hello"},"from":"919984351847"}}`
		refuse = `{"error":{"code":400,"message":"Wrong request parameters"}}`
	)
	for _, x := range []struct {
		name, method, path, in string
		status                 int
		out, header            string
		want                   string // "" when nothing is wrong
	}{
		{"right", "POST", "/messages/text", hello, 200, sent, "X-Tapgate-Warning", ""},
		{"double slash", "POST", "/messages//text", hello, 200, sent, "", ""},
		{"wrong on purpose", "POST", "/messages/text", `{}`, 400, refuse, "", ""},
		{"wrong and accepted", "POST", "/messages/text", `{"to":"61371989950"}`, 200, sent, "", "accepted, but"},
		{"wrong number and accepted", "POST", "/messages/text", `{"to":"+61","body":"b"}`, 200, sent, "", "accepted, but"},
		{"four buttons and accepted", "POST", "/messages/interactive", `{"to":"61371989950","body":{"text":"b"},"action":{"buttons":[` + strings.Repeat(`{"type":"quick_reply","title":"t","id":"i"},`, 3) + `{"type":"quick_reply","title":"t","id":"i"}]}}`, 200, sent, "", "accepted, but"},
		{"list without its type and accepted", "POST", "/messages/interactive", `{"to":"61371989950","body":{"text":"b"},"action":{"list":{"label":"l","sections":[{"rows":[{"id":"i","title":"t"}]}]}}}`, 200, sent, "", "accepted, but"},
		{"link without a target and accepted", "POST", "/messages/interactive", `{"to":"61371989950","body":{"text":"b"},"action":{"buttons":[{"type":"url","title":"t","id":"i"}]}}`, 200, sent, "", "accepted, but"},
		{"a field more", "POST", "/messages/text", hello, 200, strings.Replace(sent, `"source"`, `"color":"red","source"`, 1), "", "$.body.message.color is not described"},
		{"a field more, deep", "POST", "/messages/text", hello, 200, strings.Replace(sent, `{"body"`, `{"html":"","body"`, 1), "", "html is not described"},
		{"a field less", "POST", "/messages/text", hello, 200, strings.Replace(sent, `"from_me":true,`, ``, 1), "", "from_me"},
		{"another type", "POST", "/messages/text", hello, 200, strings.Replace(sent, `1712995245`, `"1712995245"`, 1), "", "timestamp"},
		{"an unknown kind", "POST", "/messages/text", hello, 200, strings.Replace(sent, `"type":"text"`, `"type":"poem"`, 1), "", "type"},
		{"another status", "POST", "/messages/text", hello, 201, sent, "", "no answer with this status"},
		{"a header more", "POST", "/messages/text", hello, 200, sent, "X-Tapgate-Mood", "X-Tapgate-Mood"},
		{"error of another form", "POST", "/messages/text", `{}`, 400, `{"message":"no"}`, "", "error"},
		{"no error", "POST", "/messages/text", `{}`, 400, `no`, "", "not JSON"},
		{"a body where there is none", "GET", "/limits", "", 204, `{}`, "", "no body"},
		{"unknown path", "GET", "/groups", "", 404, strings.Replace(refuse, "400", "404", 1), "", ""},
		{"unknown path that works", "GET", "/groups", "", 200, `{}`, "", "no such operation"},
		{"method of a fixed path", "GET", "/messages/text", "", 405, strings.Replace(refuse, "400", "405", 1), "", ""},
		{"parameter of another form", "GET", "/users/login/abc", "", 200, `{"code":"ABCD-EFGH"}`, "", "accepted, but"},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := httptest.NewRequest(x.method, x.path, strings.NewReader(x.in))
			r.Header.Set("Authorization", "Bearer token")
			r.Header.Set("Content-Type", "application/json")
			h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
			if x.header != "" {
				h.Set(x.header, "x")
			}
			err := c.CheckExchange(whapitest.Exchange{
				Request: r, RequestBody: []byte(x.in), Status: x.status, Header: h, Body: []byte(x.out),
			})
			if (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
				t.Errorf("found %v\nwant %q", err, x.want)
			}
		})
	}
}

func TestRequestWithoutToken(t *testing.T) {
	x := whapitest.Exchange{
		Request: httptest.NewRequest("GET", "/limits", nil), Status: 204, Header: http.Header{},
	}
	if err := open(t).CheckExchange(x); err == nil {
		t.Error("a request without a token may be accepted")
	}
	x.Request = httptest.NewRequest("GET", "/limits?token=t", nil)
	if err := open(t).CheckExchange(x); err != nil {
		t.Error(err)
	}
}

func TestWebhook(t *testing.T) {
	c := open(t)
	const delivered = `{"statuses":[{"id":"YhNqCveDWW90_t8lzrW25w-wO4Twl0rVw","code":3,"status":"delivered","recipient_id":"919984351847@s.whatsapp.net","timestamp":"1712995378"}],"event":{"type":"statuses","event":"post"},"channel_id":"MANTIS-M72HC"}`
	for body, want := range map[string]string{
		delivered: "",
		strings.Replace(delivered, `"1712995378"`, `1712995378`, 1):        "timestamp",
		strings.Replace(delivered, `"code":3,`, `"code":3,"x":1,`, 1):      "x is not described",
		strings.Replace(delivered, `"event":"post"`, `"method":"post"`, 1): "no webhook",
		strings.Replace(delivered, `"statuses"`, `"chats"`, 2):             "no webhook",
		`{}`:    "no webhook",
		`hello`: "not JSON",
	} {
		err := c.CheckWebhook([]byte(body))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nfound %v\nwant %q", body, err, want)
		}
	}
}
