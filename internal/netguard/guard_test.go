package netguard

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"code.dny.dev/ssrf"
)

// The three columns: what nothing allows, what AllowPrivate allows, what AllowLoopback allows.
func TestAddresses(t *testing.T) {
	for _, tc := range []struct {
		addr                        string
		public, byPrivate, byLooped bool
	}{
		{"93.184.215.14", true, true, true},
		{"1.1.1.1", true, true, true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true, true},
		{"::ffff:93.184.215.14", true, true, true},

		{"127.0.0.1", false, false, true},
		{"127.8.9.10", false, false, true},
		{"::1", false, false, true},
		{"::ffff:127.0.0.1", false, false, true},

		{"10.0.0.1", false, true, false},
		{"172.16.0.1", false, true, false},
		{"172.31.255.254", false, true, false},
		{"192.168.1.1", false, true, false},
		{"100.64.0.1", false, true, false},
		{"fd12:3456:789a::1", false, true, false},
		{"::ffff:10.1.2.3", false, true, false},
		{"::ffff:192.168.0.1", false, true, false},
		{"172.32.0.1", true, true, true}, // just outside

		{"0.0.0.0", false, false, false},
		{"::", false, false, false},
		{"224.0.0.1", false, false, false},
		{"ff02::1", false, false, false},
		{"255.255.255.255", false, false, false},
		{"192.0.2.1", false, false, false},       // documentation
		{"198.18.0.1", false, false, false},      // benchmarks
		{"2001:db8::1", false, false, false},     // documentation
		{"2002:7f00:1::", false, false, false},   // 6to4 of 127.0.0.1
		{"64:ff9b::7f00:1", false, false, false}, // NAT64 of 127.0.0.1
		{"::127.0.0.1", false, false, false},     // IPv4-compatible, obsolete

		{"169.254.169.254", false, false, false},
		{"::ffff:169.254.169.254", false, false, false},
		{"169.254.0.1", false, false, false},
		{"fe80::1", false, false, false},
		{"fe80::1%eth0", false, false, false},
		{"fd00:ec2::254", false, false, false},
		{"168.63.129.16", false, false, false},
		{"::ffff:168.63.129.16", false, false, false},
		{"100.100.100.200", false, false, false},
	} {
		a := netip.MustParseAddr(tc.addr)
		for _, o := range []struct {
			name string
			Options
			want bool
		}{
			{"nothing", Options{}, tc.public},
			{"private", Options{AllowPrivate: true}, tc.byPrivate},
			{"loopback", Options{AllowLoopback: true}, tc.byLooped},
		} {
			if err := newGuard(o.Options).check(a); (err == nil) != o.want {
				t.Errorf("%s with %s allowed: %v, want allowed = %v", tc.addr, o.name, err, o.want)
			}
		}
	}
}

func TestAllowCIDRs(t *testing.T) {
	g := newGuard(Options{AllowCIDRs: []netip.Prefix{
		netip.MustParsePrefix("172.18.0.0/16"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("::/0"),
	}})
	for addr, want := range map[string]bool{
		"172.18.0.5": true, "::ffff:172.18.0.5": true, "172.19.0.5": false,
		"fd00::1": true, "fd00:ec2::254": false, "169.254.169.254": false, "127.0.0.1": false,
	} {
		if err := g.check(netip.MustParseAddr(addr)); (err == nil) != want {
			t.Errorf("%s: %v, want allowed = %v", addr, err, want)
		}
	}
}

// The guard stands in the dialer: names and redirects don't get around it, and no port matters.
func TestTransport(t *testing.T) {
	var reached int
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer inside.Close()

	guarded := &http.Client{Transport: Transport(Options{})}
	byName := strings.Replace(inside.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{inside.URL, byName} {
		if _, err := guarded.Get(url); !errors.Is(err, ssrf.ErrProhibitedIP) {
			t.Errorf("GET %s: %v, want a refusal", url, err)
		}
	}
	if reached != 0 {
		t.Errorf("the server inside was reached %d times", reached)
	}

	open := Transport(Options{AllowLoopback: true})
	resp, err := (&http.Client{Transport: open}).Get(inside.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	open.CloseIdleConnections()
	if reached != 1 {
		t.Errorf("reached %d times with loopback allowed, want 1", reached)
	}
}

// A proxy would dial in the guard's place.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	if Transport(Options{}).Proxy != nil {
		t.Error("the transport has a proxy")
	}
}
