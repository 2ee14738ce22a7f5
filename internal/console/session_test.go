package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tapgate/internal/console"
)

func TestSessionWithAChannelToken(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.must(401, "GET", "/console/api/health", "")
	in := v.login(w.facts.Token)
	if in["admin"] != false || in["channel"] != w.facts.ChannelID || in["token"] != nil {
		t.Errorf("session is %v", in)
	}
	health := v.must(200, "GET", "/console/api/health", "")
	if at(health, "channel_id") != w.facts.ChannelID {
		t.Errorf("health is %v", health)
	}
	// The cookie is of no use beside the console: the API knows tokens only.
	v.must(404, "GET", "/health", "")
	// A token in the query does not take the place of the session's.
	v.must(200, "GET", "/console/api/health?token=wrong", "")
	sent := v.must(200, "POST", "/console/api/messages/text", `{"to":"61371989950","body":"from the console"}`)
	if at(sent, "message", "text", "body") != "from the console" {
		t.Errorf("sent %v", sent)
	}
	v.must(204, "DELETE", "/console/session", "")
	v.must(401, "GET", "/console/api/health", "")
}

func TestSessionCookie(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	res, _ := v.ask("POST", "/console/session", `{"token":"`+w.facts.Token+`"}`)
	cookies := res.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/console" || c.Domain != "" || c.Secure {
		t.Errorf("the cookie is %+v", c)
	}
	if len(c.Value) != 43 { // 32 bytes in base64
		t.Errorf("the key has %d characters", len(c.Value))
	}
	if strings.Contains(c.Value, w.facts.Token) {
		t.Error("the cookie tells the token")
	}
	again, _ := v.ask("POST", "/console/session", `{"token":"`+w.facts.Token+`"}`)
	if again.Cookies()[0].Value == c.Value {
		t.Error("two sessions have one key")
	}
	old := w.visitor()
	old.header.Set("Cookie", c.Name+"="+c.Value)
	old.must(401, "GET", "/console/api/health", "") // the second login ended the first session
}

// No other site's page reaches the console, not even one of another port of this machine, which gets the
// cookie sent along.
func TestForeignPagesAreRefused(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	for _, foreign := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"http://127.0.0.1:1"}},
		{"Origin": {"http://evil.example"}},
		{"Origin": {"null"}},
	} {
		stranger := w.visitor()
		stranger.client.Jar = v.client.Jar
		for name, values := range foreign {
			stranger.header[name] = values
		}
		stranger.must(403, "POST", "/console/api/messages/text", `{"to":"61371989950","body":"x"}`)
		stranger.must(403, "POST", "/console/session", `{"token":"`+w.facts.Token+`"}`)
		stranger.must(403, "POST", "/console/session/local", "")
		stranger.must(403, "DELETE", "/console/session", "")
		if foreign.Get("Origin") == "" {
			stranger.must(403, "GET", "/console/api/users/login", "")
			stranger.must(403, "GET", "/console/watch?path=/health", "")
		}
	}
	// A form of a foreign page in a browser too old to say whose it is can't set the header.
	form := w.visitor()
	form.client.Jar = v.client.Jar
	form.header.Del("X-Tapgate-Console")
	form.must(403, "POST", "/console/api/messages/text", `{"to":"61371989950","body":"x"}`)
	// Following a link opens the page.
	link := w.visitor()
	link.header.Set("Sec-Fetch-Site", "cross-site")
	link.header.Set("Sec-Fetch-Dest", "document")
	if res, _ := link.ask("GET", "/console", ""); res.StatusCode != 200 {
		t.Errorf("a link to the console: %d", res.StatusCode)
	}
	v.must(200, "GET", "/console/api/health", "")
}

// A sandbox's console opens without a token to this machine, and to nobody else.
func TestLocalSession(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	if at(v.must(401, "GET", "/console/session", ""), "local") != true {
		t.Error("the page does not hear that nothing has to be typed")
	}
	for _, host := range []string{"evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080"} {
		rebound := w.visitor()
		rebound.host = host
		rebound.must(403, "POST", "/console/session/local", "")
		if at(rebound.must(401, "GET", "/console/session", ""), "local") != false {
			t.Errorf("offered to %s", host)
		}
	}
	proxied := w.visitor()
	proxied.header.Set("X-Forwarded-For", "203.0.113.7")
	proxied.must(403, "POST", "/console/session/local", "")
	in, _ := v.must(200, "POST", "/console/session/local", "").(map[string]any)
	if in["local"] != true {
		t.Errorf("session is %v", in)
	}
	v.must(200, "GET", "/console/session", "")
}

// fake is an API with one token, for what needs the clock in hand.
func fake(token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprint(w, `{"channel_id":"MANTIS-M72HC"}`)
	})
}

func knock(s *console.Server, from, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/console/session", strings.NewReader(`{"token":"`+token+`"}`))
	r.Header.Set("X-Tapgate-Console", "1")
	r.RemoteAddr = from
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestLoginIsRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := console.New(console.Options{API: fake("right")})
		for i := range 10 {
			if got := knock(s, "203.0.113.7:5", "guess").Code; got != 403 {
				t.Fatalf("attempt %d: %d", i, got)
			}
		}
		refused := knock(s, "203.0.113.7:6", "right")
		if refused.Code != 429 || refused.Header().Get("Retry-After") != "60" {
			t.Errorf("attempt 11: %d, retry after %s", refused.Code, refused.Header().Get("Retry-After"))
		}
		if got := knock(s, "203.0.113.8:5", "right").Code; got != 200 {
			t.Errorf("another address: %d", got)
		}
		<-time.After(time.Minute)
		if got := knock(s, "203.0.113.7:5", "right").Code; got != 200 {
			t.Errorf("a minute later: %d", got)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := console.New(console.Options{API: fake("right")})
		c := knock(s, "127.0.0.1:5", "right").Result().Cookies()[0]
		ask := func() int {
			r := httptest.NewRequest("GET", "/console/api/health", nil)
			r.AddCookie(c)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w.Code
		}
		if got := ask(); got != 200 {
			t.Errorf("at once: %d", got)
		}
		<-time.After(12*time.Hour - time.Second)
		if got := ask(); got != 200 {
			t.Errorf("a second before the end: %d", got)
		}
		<-time.After(time.Second)
		if got := ask(); got != 401 {
			t.Errorf("after the end: %d", got)
		}
	})
}

// A live console is never open without a token, not even on its own machine.
func TestNoLocalSessionInLiveMode(t *testing.T) {
	s := console.New(console.Options{API: fake("right")})
	for _, ask := range []struct {
		method, path string
		status       int
	}{{"POST", "/console/session/local", 403}, {"GET", "/console/session", 401}, {"POST", "/console/preview", 401}, {"GET", "/console/limits", 401}} {
		r := httptest.NewRequest(ask.method, ask.path, nil)
		r.Header.Set("X-Tapgate-Console", "1")
		r.RemoteAddr, r.Host = "127.0.0.1:5", "127.0.0.1:8080"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != ask.status || strings.Contains(w.Body.String(), `"local":true`) {
			t.Errorf("%s %s: %d %s", ask.method, ask.path, w.Code, w.Body)
		}
	}
}

// A live console sits behind TLS: its cookie must not leave without.
func TestCookieIsSecureBehindTLS(t *testing.T) {
	s := console.New(console.Options{API: fake("right"), HTTPS: true})
	if c := knock(s, "127.0.0.1:5", "right").Result().Cookies()[0]; !c.Secure {
		t.Errorf("the cookie is %+v", c)
	}
}
