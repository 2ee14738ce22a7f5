package webhook_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/webhook"
)

// The dialect's modes: body posts to the URL as it is, path appends the type and the method,
// method appends the type and uses the event's method. Query strings carry secrets and stay.
func TestModes(t *testing.T) {
	for _, tc := range []struct {
		mode         channel.Mode
		path         string
		method, want string
	}{
		{"", "/hook?key=s3cret&x=a%20b", "POST", "/hook?key=s3cret&x=a%20b"},
		{channel.ModeBody, "/hook", "POST", "/hook"},
		{channel.ModeBody, "", "POST", "/"},
		{channel.ModePath, "", "POST", "/messages/post"},
		{channel.ModePath, "/hook/", "POST", "/hook/messages/post"},
		{channel.ModePath, "/a%2Fb?key=s3cret", "POST", "/a%2Fb/messages/post?key=s3cret"},
		{channel.ModeMethod, "/hook", "POST", "/hook/messages"},
		{channel.ModeMethod, "/hook?key=s3cret#top", "POST", "/hook/messages?key=s3cret"},
	} {
		t.Run(string(tc.mode)+tc.path, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, nil)
			d := newDesk(t, nil, channel.Webhook{URL: r.URL + tc.path, Mode: tc.mode})
			ev := d.tell(`{"messages":[1]}`)
			q := r.next(t)
			if q.method != tc.method || q.target != tc.want {
				t.Errorf("got %s %s, want %s %s", q.method, q.target, tc.method, tc.want)
			}
			if q.body != `{"messages":[1]}` {
				t.Errorf("body %q", q.body)
			}
			for name, want := range map[string]string{
				"Content-Type": "application/json", "User-Agent": "tapgate/9.9", webhook.EventHeader: string(ev),
			} {
				if got := q.header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			d.end("delivered")
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	d := newDesk(t, nil, channel.Webhook{URL: r.URL, Headers: map[string]string{
		"Authorization": "Bearer s3cret", "host": "evil.example", "Content-Length": "1",
		"X-1": "1", "X-2": "2", "X-3": "3", "X-4": "4", "X-5": "5",
	}})
	d.tell("hello")
	q := r.next(t)
	if q.host != strings.TrimPrefix(r.URL, "http://") || q.body != "hello" {
		t.Errorf("host %q, body %q", q.host, q.body)
	}
	// five of the six that a webhook may set, in the order of their names
	for name, want := range map[string]string{"Authorization": "Bearer s3cret", "X-1": "1", "X-4": "4", "X-5": ""} {
		if got := q.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	d.end("delivered")
	if log := d.log.String(); strings.Contains(log, "s3cret") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}

func TestSuccess(t *testing.T) {
	for status, how := range map[int]string{
		200: "delivered", 201: "delivered", 204: "delivered", 299: "delivered",
		304: "retry", 400: "retry", 404: "retry", 410: "retry", 500: "retry", 503: "retry",
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, answers(status))
			d := newDesk(t, nil, channel.Webhook{URL: r.URL})
			d.tell("x")
			if e := d.end(how); e.a.Status != status || (e.a.Failure == "") != (how == "delivered") {
				t.Errorf("recorded %+v", e.a)
			}
		})
	}
}

// A redirect is a failure: the request is not made elsewhere.
func TestRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := newReceiver(t, nil)
	r := newReceiver(t, func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("x")
	if e := d.end("retry"); e.a.Status != 307 {
		t.Errorf("recorded %+v", e.a)
	}
	if len(elsewhere.got) != 0 {
		t.Error("the redirect was followed")
	}
}

func TestAnswerIsCapped(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("x", 1<<20)) // fails when the rest is not read, which is what we want
	})
	d := newDesk(t, nil, channel.Webhook{URL: r.URL})
	d.tell("x")
	if e := d.end("delivered"); len(e.a.Answer) != 4096 {
		t.Errorf("kept %d bytes of the answer", len(e.a.Answer))
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	d := newDesk(t, func(o *webhook.Options) { o.Timeout = 50 * time.Millisecond }, channel.Webhook{URL: r.URL + "?key=s3cret"})
	d.tell("x")
	if e := d.end("retry"); e.a.Status != 0 || e.a.Failure == "" || strings.Contains(e.a.Failure, "s3cret") {
		t.Errorf("recorded %+v", e.a)
	}
}

// What can't be reached, or must not be, fails like any other and says why.
func TestUnreachable(t *testing.T) {
	for url, why := range map[string]string{
		"http://127.0.0.1/hook":                    "prohibited",
		"http://169.254.169.254/latest/meta-data/": "prohibited",
		"ftp://example.com/":                       "http://",
		"http://\x7f/":                             "invalid",
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, func(o *webhook.Options) { o.Transport = nil }, channel.Webhook{URL: url})
			d.tell("x")
			if e := d.end("retry"); !strings.Contains(e.a.Failure, why) {
				t.Errorf("%q failed with %q, want something with %q", url, e.a.Failure, why)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	all := channel.Webhook{URL: "https://all.example"}
	acks := channel.Webhook{URL: "https://acks.example", Events: []channel.EventFilter{{Type: "statuses", Method: "post"}}}
	same := channel.Webhook{URL: "https://all.example", Mode: channel.ModeBody, Events: []channel.EventFilter{{Type: "statuses"}}}
	other := channel.Webhook{URL: "https://all.example", Mode: channel.ModePath, Events: []channel.EventFilter{{Type: "chats"}}}
	c := channel.Channel{ID: mantis, Settings: channel.Settings{Webhooks: []channel.Webhook{all, acks, same, other}}}
	chat := id.User("61371989950").Private()
	rec, err := d.Plan(event.Event{ID: "evt_1", Channel: mantis, At: d.clock.Now(), Payload: event.StatusChanged{
		Message: id.Message{Stanza: "3EB0C4313A2C0D5A4B6E17", Chat: chat, FromMe: true}, Status: message.Read,
	}}, c)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Event != "evt_1" || rec.Type != "statuses" || rec.Method != "post" || rec.Order != chat.String() || string(rec.Body) != "read" {
		t.Errorf("planned %+v", rec)
	}
	if want := []string{webhook.Key(all), webhook.Key(acks)}; strings.Join(rec.Webhooks, " ") != strings.Join(want, " ") {
		t.Errorf("webhooks %q, want %q", rec.Webhooks, want)
	}
	if webhook.Key(all) != webhook.Key(same) || webhook.Key(all) == webhook.Key(other) || len(webhook.Key(all)) != 16 {
		t.Error("the key does not depend on URL and mode alone")
	}
}
