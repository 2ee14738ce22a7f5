package api_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"tapgate/internal/api"
	"tapgate/internal/channel"
	"tapgate/internal/media"
	"tapgate/internal/netguard"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// startFetching is the API over a media store that fetches URLs under the guard of `tapgate serve`,
// which knows one more public network.
func startFetching(t *testing.T, public ...netip.Prefix) *server {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.AddChannel(t.Context(), channel.Channel{ID: mantis, Settings: channel.DefaultSettings()}, store.TokenHash{}); err != nil {
		t.Fatal(err)
	}
	shelf, err := media.New(media.Options{
		Dir: t.TempDir(), Store: db, AnyPort: len(public) > 0, Transport: netguard.Transport(netguard.Options{AllowCIDRs: public}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shelf.Stop(t.Context()) })
	return startWith(t, func(o *api.Options) { o.Media = shelf })
}

// fetch asks the API to fetch a URL and returns the status and what the answer says about it.
func (s *server) fetch(t *testing.T, url string) (status int, details string) {
	t.Helper()
	res := s.ask(t, "POST", "/media", `{"media":"`+url+`","no_cache":true}`)
	if res.StatusCode == 200 {
		return 200, read(t, res)
	}
	return res.StatusCode, wantProblem(t, res, res.StatusCode).Details
}

// TestFetchesNothingInside: no URL leads to this machine, a private network or a cloud's metadata, in
// whatever clothes the address comes. Nobody listens there: what counts is that the guard says so.
func TestFetchesNothingInside(t *testing.T) {
	s := startFetching(t)
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "[::1]", "[::]", "localhost", "LocalHost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]",
		"10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.1", "100.64.0.1", "100.127.255.1",
		"169.254.169.254", "169.254.0.1", "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "[::ffff:169.254.169.254]", "168.63.129.16", "100.100.100.200", "192.0.0.192",
		"[64:ff9b::7f00:1]", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[2001:db8::1]", "[ff02::1]",
	} {
		status, details := s.fetch(t, "http://"+host+"/x")
		if status != 400 || !strings.HasPrefix(details, "/body/media ") || strings.Contains(details, "refused") {
			t.Errorf("%s: %d %s", host, status, details)
		}
		if !strings.Contains(details, "must NOT be a URL that leads to a private or reserved address") {
			t.Errorf("%s: %s", host, details)
		}
	}
	for _, url := range []string{"http://2130706433/", "http://0x7f.1/", "http://017700000001/"} { // no addresses, and names of nobody
		if status, details := s.fetch(t, url); status != 400 {
			t.Errorf("%s: %d %s", url, status, details)
		}
	}
	for _, url := range []string{"http://example.org:22/", "http://user:secret@example.org/", "http:///x", "gopher://example.org/", "http://127.0.0.1:6379/"} {
		if status, details := s.fetch(t, url); status != 400 || strings.Contains(details, "secret") {
			t.Errorf("%s: %d %s", url, status, details)
		}
	}
}

// here returns a server on an address of this machine.
func here(t *testing.T, address string, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Skipf("this system has no second loopback address: %v", err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// TestRedirectInside: a public server that sends us inside is followed no further.
func TestRedirectInside(t *testing.T) {
	var reached atomic.Bool
	inside := here(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	file := photo(t)
	outside := here(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			http.Redirect(w, r, inside, http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/ring":
			http.Redirect(w, r, "/ring", http.StatusFound)
		default:
			_, _ = w.Write(file)
		}
	})
	s := startFetching(t, netip.MustParsePrefix("127.0.0.2/32"))
	if status, body := s.fetch(t, outside+"/picture"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for path, want := range map[string]string{
		"/in": "private or reserved address", "/file": "must be a URL of http or https", "/ring": "must NOT lead to more than 3 redirects",
	} {
		if status, details := s.fetch(t, outside+path); status != 400 || !strings.Contains(details, want) {
			t.Errorf("%s: %d %s", path, status, details)
		}
	}
	if reached.Load() {
		t.Error("the server inside was reached")
	}
}

// TestRebinding: a name that leads outside when it is looked up first, and inside the next time.
func TestRebinding(t *testing.T) {
	file := photo(t)
	outside := here(t, "127.0.0.2", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = w.Write(file)
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(outside, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	var inside atomic.Bool
	before := net.DefaultResolver
	net.DefaultResolver = nameServer(t, func() netip.Addr {
		if inside.Load() {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("127.0.0.2")
	})
	t.Cleanup(func() { net.DefaultResolver = before })
	s := startFetching(t, netip.MustParsePrefix("127.0.0.2/32"))
	url := "http://rebinding.example:" + port + "/x"
	if status, body := s.fetch(t, url); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	inside.Store(true)
	if status, details := s.fetch(t, url); status != 400 || !strings.Contains(details, "private or reserved address") {
		t.Errorf("%d %s", status, details)
	}
}

// nameServer is a resolver whose every name leads to the address that answer says at that moment.
func nameServer(t *testing.T, answer func() netip.Addr) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		b := make([]byte, 512)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(resolve(b[:n], answer()), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

// resolve answers a question of DNS: an A record for A, nothing for everything else.
func resolve(question []byte, a netip.Addr) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root, the type and the class
	out := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[12:end]...)
	if question[end-3] != 1 {
		return out
	}
	out[7] = 1
	four := a.As4()
	return append(append(out, 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), four[:]...)
}
