package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tapgate/internal/api"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
)

// server is the API over a script, on a real listener.
type server struct {
	*httptest.Server
	gate *script
	log  *bytes.Buffer // complete after Close
}

func start(t *testing.T) *server { return startWith(t, nil) }

// startWith lets change add to the options.
func startWith(t *testing.T, change func(*api.Options)) *server {
	t.Helper()
	s := &server{gate: &script{settings: channel.DefaultSettings()}, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o := api.Options{Gateway: s.gate, Log: log, BodyWait: 100 * time.Millisecond}
	if change != nil {
		change(&o)
	}
	h := api.New(o)
	s.Server = httptest.NewUnstartedServer(h)
	s.Config = api.HTTPServer(h, log)
	s.Start()
	s.Client().Transport = contract(t).Transport(s.Client().Transport, func(err error) { t.Errorf("%v", err) })
	t.Cleanup(s.Close)
	return s
}

// ask makes a request with the good token; headers are name, value pairs, and an empty value
// removes the header.
func (s *server) ask(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+goodToken)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Del(headers[i]); headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// problem is the dialect's error.
type problem struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details string `json:"details"`
}

// wantProblem checks that res is an error of that status in the dialect's shape.
func wantProblem(t *testing.T, res *http.Response, status int) problem {
	t.Helper()
	var got struct {
		Error *problem `json:"error"`
	}
	body := read(t, res)
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Error == nil {
		t.Fatalf("status %d, body %q: not an error of the dialect", res.StatusCode, body)
	}
	if res.StatusCode != status || got.Error.Code != status {
		t.Errorf("status %d, error %+v; want %d", res.StatusCode, *got.Error, status)
	}
	if got.Error.Message == "" {
		t.Error("error without a message")
	}
	if ct := res.Header.Get("Content-Type"); ct != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", ct)
	}
	if res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("no nosniff")
	}
	return *got.Error
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const hello = `{"to":"61371989950","body":"Hello"}`

func TestToken(t *testing.T) {
	s := start(t)
	for _, c := range []struct {
		name, header, query string
		status              int
		details             string
	}{
		{"bearer", "Bearer " + goodToken, "", 200, ""},
		{"scheme in lower case", "bearer " + goodToken, "", 200, ""},
		{"spaces around", " BEARER   " + goodToken + " ", "", 200, ""},
		{"query", "", "?token=" + goodToken, 200, ""},
		{"query beside another scheme", "Basic dTpw", "?token=" + goodToken, 200, ""},
		{"header before query", "Bearer wrong", "?token=" + goodToken, 404, "opens no channel"},
		{"wrong", "Bearer wrong", "", 404, "opens no channel"},
		{"wrong in query", "", "?token=wrong", 404, "opens no channel"},
		{"none", "", "", 404, "no token was given"},
		{"empty bearer", "Bearer ", "", 404, "no token was given"},
		{"other scheme", "Basic dTpw", "", 404, "no token was given"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := s.ask(t, "GET", "/health"+c.query, "", "Authorization", c.header)
			if c.status == 200 {
				if res.StatusCode != 200 {
					t.Errorf("status %d: %s", res.StatusCode, read(t, res))
				}
				return
			}
			p := wantProblem(t, res, c.status)
			if p.Message != "Channel not found" || !strings.Contains(p.Details, c.details) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestPath(t *testing.T) {
	const messageID = "PrDEMTosDVpLbhc-wAAOSg4_vg"
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/messages/text", 200},
		{"POST", "/messages//text", 200},
		{"POST", "//messages/text/", 200},
		{"POST", "/messages/t%65xt", 200},
		{"GET", "/health/", 200},
		{"GET", "/messages/" + messageID, 200},
		{"GET", "/messages/PrDEMTosDVpLbhc%2DwAAOSg4%5Fvg", 200},
		{"GET", "/messages/nonsense", 404},
		{"GET", "/messages/a%2Fb", 404},
		{"GET", "/messages/%", 400}, // refused by net/http itself
		{"GET", "/", 404},
		{"GET", "/nothing", 404},
		{"POST", "/health/more", 404},
		{"GET", "/messages/../health", 404},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			s := start(t)
			req := "GET " + c.path + " HTTP/1.1\r\n"
			if c.method == "POST" {
				req = "POST " + c.path + " HTTP/1.1\r\nContent-Length: 35\r\n"
			}
			req += "Host: x\r\nAuthorization: Bearer " + goodToken + "\r\nConnection: close\r\n\r\n"
			if c.method == "POST" {
				req += hello
			}
			if got := statusLine(t, s, req); !strings.HasPrefix(got, "HTTP/1.1 "+httpStatus(c.status)) {
				t.Errorf("%s, want %d", got, c.status)
			}
			if strings.Contains(c.path, "PrDE") && (len(s.gate.asked) != 1 || s.gate.asked[0].String() != messageID) {
				t.Errorf("asked for %v", s.gate.asked)
			}
		})
	}
}

func httpStatus(code int) string {
	return string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
}

// statusLine sends raw bytes, so that no client tidies the path, and returns the first line.
func statusLine(t *testing.T, s *server, raw string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\r\n")
	return line
}

func TestUnknownPathIsNamed(t *testing.T) {
	p := wantProblem(t, start(t).ask(t, "GET", "/groups", "", "Authorization", ""), 404)
	if !strings.Contains(p.Message, "/groups") || !strings.Contains(p.Message, "not served here") {
		t.Errorf("%+v", p)
	}
}

func TestMethod(t *testing.T) {
	s := start(t)
	for _, c := range []struct{ method, path, allow string }{
		{"GET", "/messages/text", "POST"},
		{"PUT", "/messages/interactive", "POST"},
		{"POST", "/health", "GET, HEAD"},
		{"DELETE", "/users/login/image", "GET, HEAD"},
		{"GET", "/users/logout", "POST"},
		{"PUT", "/settings", "GET, HEAD, PATCH, DELETE"},
		{"OPTIONS", "/messages/text", "POST"},
		{"BREW", "/limits/", "GET, HEAD"},
		{"POST", "/messages/PrDEMTosDVpLbhc-wAAOSg4_vg", "GET, HEAD"},
	} {
		res := s.ask(t, c.method, c.path, "")
		wantProblem(t, res, 405)
		if got := res.Header.Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, got, c.allow)
		}
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s %s: opens to origin %q", c.method, c.path, got)
		}
	}
	wantProblem(t, s.ask(t, "BREW", "/nothing", ""), 404)
	if res := s.ask(t, "HEAD", "/health", ""); res.StatusCode != 200 || read(t, res) != "" {
		t.Errorf("HEAD: %s", res.Status)
	}
}

func TestMediaType(t *testing.T) {
	s := start(t)
	for contentType, status := range map[string]int{
		"":                                       200,
		"application/json":                       200,
		"application/json; charset=utf-8":        200,
		"Application/JSON; charset=UTF-8":        200,
		"application/vnd.api+json":               200,
		"application/json; charset=utf-16":       415,
		"text/plain":                             415,
		"application/x-www-form-urlencoded":      415,
		"application/json; charset=utf-8; ; =/;": 415,
	} {
		res := s.ask(t, "POST", "/messages/text", hello, "Content-Type", contentType)
		if status == 200 {
			if res.StatusCode != 200 {
				t.Errorf("%q: %d %s", contentType, res.StatusCode, read(t, res))
			}
			continue
		}
		wantProblem(t, res, status)
	}
	wantProblem(t, s.ask(t, "POST", "/messages/text", hello, "Content-Encoding", "gzip"), 415)
}

func TestBodySize(t *testing.T) {
	s := start(t)
	pad := func(n int) string { return hello + strings.Repeat(" ", n-len(hello)) }
	if res := s.ask(t, "POST", "/messages/text", pad(1<<20)); res.StatusCode != 200 {
		t.Errorf("1 MiB: %d %s", res.StatusCode, read(t, res))
	}
	wantProblem(t, s.ask(t, "POST", "/messages/text", pad(1<<20+1)), 413)
	wantProblem(t, s.ask(t, "PATCH", "/settings", pad(2<<20)), 413)
}

func TestSlowBody(t *testing.T) {
	s := start(t)
	line := statusLine(t, s, "POST /messages/text HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n"+
		"Authorization: Bearer "+goodToken+"\r\n\r\n{")
	if line != "HTTP/1.1 400 Bad Request" {
		t.Error(line)
	}
	if len(s.gate.drafts) != 0 {
		t.Error("half a body was sent")
	}
}

func TestBadBodiesAreNeverOurFault(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/messages/text", "/messages/interactive"} {
		for _, body := range []string{"", "{", "null", "[]", `"x"`, "{}", "\x00", "\xff", `{"to":1}`, `{"to":{},"body":[]}`, strings.Repeat("[", 100000)} {
			wantProblem(t, s.ask(t, "POST", path, body), 400)
		}
	}
	wantProblem(t, s.ask(t, "PATCH", "/settings", "{"), 400)
	wantProblem(t, s.ask(t, "GET", "/users/login/+61371989950", ""), 400)
}

func TestFaults(t *testing.T) {
	busy := fault.New(fault.Busy, "Too many requests")
	busy.RetryAfter = 1200 * time.Millisecond
	for _, c := range []struct {
		name       string
		err        error
		status     int
		message    string
		retryAfter string
	}{
		{"unpaired", fault.New(fault.Unpaired, "need channel authorization for send message"), 401, "need channel authorization for send message", ""},
		{"forbidden", fault.New(fault.Forbidden, "It is forbidden"), 403, "It is forbidden", ""},
		{"conflict", fault.New(fault.Conflict, "Channel already authenticated"), 409, "Channel already authenticated", ""},
		{"busy", busy, 429, "Too many requests", "2"},
		{"ours", errors.New("secret path /var/lib"), 500, "Internal Error", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			s.gate.err = c.err
			res := s.ask(t, "POST", "/messages/text", hello)
			if p := wantProblem(t, res, c.status); p.Message != c.message || strings.Contains(p.Details, "secret") {
				t.Errorf("%+v", p)
			}
			if got := res.Header.Get("Retry-After"); got != c.retryAfter {
				t.Errorf("Retry-After %q, want %q", got, c.retryAfter)
			}
		})
	}
}

func TestPanic(t *testing.T) {
	s := start(t)
	s.gate.panics = "secret cause"
	if p := wantProblem(t, s.ask(t, "POST", "/messages/text", hello), 500); strings.Contains(p.Message+p.Details, "secret") {
		t.Errorf("%+v", p)
	}
	s.gate.panics = nil
	if res := s.ask(t, "POST", "/messages/text", hello); res.StatusCode != 200 {
		t.Errorf("after a panic: %d", res.StatusCode)
	}
	s.Close()
	if !strings.Contains(s.log.String(), "secret cause") {
		t.Error("the log does not tell of the panic")
	}
}

func TestAccessLog(t *testing.T) {
	s := start(t)
	s.ask(t, "GET", "/health?token="+goodToken, "", "Authorization", "")
	s.ask(t, "GET", "/messages/PrDEMTosDVpLbhc-wAAOSg4_vg", "")
	s.ask(t, "GET", "/nothing/"+goodToken, "")
	s.Close()
	log := s.log.String()
	if strings.Contains(log, goodToken) {
		t.Error("the log holds the token")
	}
	for _, want := range []string{
		"method=GET route=/health status=200 ms=",
		"method=GET route=/messages/{MessageID} status=200 ms=",
		"method=GET route=none status=404 ms=",
	} {
		if strings.Count(log, want) != 1 {
			t.Errorf("want one line with %q in:\n%s", want, log)
		}
	}
}
