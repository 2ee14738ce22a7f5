package pageguard_test

import (
	"net/http/httptest"
	"testing"

	"tapgate/internal/pageguard"
)

func TestElsewhere(t *testing.T) {
	for _, tc := range []struct {
		name, remote, host, header string
		here                       bool
	}{
		{"this machine", "127.0.0.1:5", "127.0.0.1:8080", "", true},
		{"another loopback address", "127.8.9.10:5", "127.8.9.10", "", true},
		{"by IPv6", "[::1]:5", "[::1]:8080", "", true},
		{"by IPv6, without a port", "[::1]:5", "[::1]", "", true},
		{"mapped address", "[::ffff:127.0.0.1]:5", "localhost", "", true},
		{"capitals", "127.0.0.1:5", "LocalHost:80", "", true},
		{"a name below localhost", "127.0.0.1:5", "tapgate.localhost:80", "", true},

		{"another machine", "192.168.1.9:5", "127.0.0.1:8080", "", false},
		{"a mapped address of another machine", "[::ffff:192.168.1.9]:5", "127.0.0.1:8080", "", false},
		{"no address", "", "127.0.0.1:8080", "", false},
		{"rebound name", "127.0.0.1:5", "evil.example:8080", "", false},
		{"name that begins like one", "127.0.0.1:5", "localhost.evil.example", "", false},
		{"name that ends like one", "127.0.0.1:5", "evillocalhost", "", false},
		{"address that begins like one", "127.0.0.1:5", "127.0.0.1.evil.example", "", false},
		{"public address as host", "127.0.0.1:5", "93.184.216.34", "", false},
		{"unspecified address as host", "127.0.0.1:5", "0.0.0.0:8080", "", false},
		{"no host", "127.0.0.1:5", "", "", false},
		{"passed on", "127.0.0.1:5", "localhost", "X-Forwarded-For", false},
		{"passed on, the standard way", "127.0.0.1:5", "localhost", "Forwarded", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Host = tc.remote, tc.host
		if tc.header != "" {
			r.Header.Set(tc.header, "203.0.113.7")
		}
		if why := pageguard.Elsewhere(r); (why == "") != tc.here {
			t.Errorf("%s: %q", tc.name, why)
		}
	}
}
