package config

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"tapgate/internal/obs"
)

// Invalid lists everything wrong with a configuration, each in one sentence that names the flag.
type Invalid []string

// Error implements error.
func (e Invalid) Error() string { return strings.Join(e, "\n") }

// add records a problem.
func (e *Invalid) add(format string, args ...any) { *e = append(*e, fmt.Sprintf(format, args...)) }

// err returns the problems as an error, nil when there are none.
func (e Invalid) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Validate returns an error of type Invalid with every problem, or nil.
func (s Sandbox) Validate() error {
	var e Invalid
	e.local(s.Listen, s.UnsafeListen)
	e.token("--token", s.Token, 1)
	e.token("--admin-token", s.AdminToken, 1)
	e.sending(s.Sending)
	return e.err()
}

// Validate returns an error of type Invalid with every problem, or nil.
func (n Network) Validate() error {
	var e Invalid
	e.local(n.Listen, n.UnsafeListen)
	return e.err()
}

// maxRequestRate is more than anybody's disk takes.
const maxRequestRate = 1_000_000

// minLiveToken is the least length of a token that guards a real number.
const minLiveToken = 16

// Validate returns an error of type Invalid with every problem, or nil.
func (s Serve) Validate() error {
	var e Invalid
	e.address("--listen", s.Listen, 0)
	e.sending(s.Sending)
	if s.RequestRate < 0 || s.RequestRate > maxRequestRate {
		e.add("--request-rate %d: want 0, which sets no limit, to %d", s.RequestRate, maxRequestRate)
	}
	if s.Metrics != "" && e.address("--metrics", s.Metrics, 0) && !Loopback(s.Metrics) && !s.UnsafeMetrics {
		e.add("--metrics %s can be reached from other machines: use a loopback address, or add --unsafe-metrics", s.Metrics)
	}
	switch {
	case s.Peer != "" && s.Root == "":
		e.add("--network needs --network-root: the root key that the network printed")
	case s.Peer == "" && s.Root != "":
		e.add("--network-root needs --network: the address that the network printed")
	}
	if s.Peer != "" {
		e.address("--network", s.Peer, 1)
	}
	if _, err := s.RootKey(); s.Root != "" && err != nil {
		e.add("--network-root: %v", err)
	}
	least := minLiveToken
	if s.Emulated() {
		least = 1
	}
	e.token("--token", s.Token, least)
	e.token("--admin-token", s.AdminToken, least)
	if s.Token != "" && s.Token == s.AdminToken {
		e.add("--admin-token: want another one than --token, which opens one channel only")
	}
	e.link("--webhook", s.Webhook)
	if _, err := s.Networks(); err != nil {
		e.add("--webhook-networks: %v", err)
	}
	e.link("--public-url", s.PublicURL)
	return e.err()
}

// link checks a URL that is given.
func (e *Invalid) link(flag, s string) {
	u, err := url.Parse(s)
	if s != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		e.add("%s: want a URL that begins with http:// or https://", flag)
	}
}

// RootKey reads Root.
func (s Serve) RootKey() (key [32]byte, err error) {
	b, err := hex.DecodeString(s.Root)
	if err != nil || len(b) != len(key) {
		return key, fmt.Errorf("want %d hexadecimal digits", 2*len(key))
	}
	return [32]byte(b), nil
}

// local checks a --listen that other machines should not reach. The pages of the sandbox and its
// inbox are for this machine only, so loopback has to be among the addresses in any case.
func (e *Invalid) local(listen string, unsafe bool) {
	switch {
	case !e.address("--listen", listen, 0), Loopback(listen):
	case !unsafe:
		e.add("--listen %s can be reached from other machines: use a loopback address, or add --unsafe-listen", listen)
	case !everywhere(listen):
		e.add("--listen %s leaves out loopback, where the browser phone is: use 0.0.0.0 or [::]", listen)
	}
}

// everywhere reports whether host:port means all interfaces.
func everywhere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return err == nil
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsUnspecified()
}

// address checks host:port and reports whether it is one.
func (e *Invalid) address(flag, s string, minPort int) bool {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		var n int
		if n, err = strconv.Atoi(port); err == nil && n >= minPort && n <= 65535 {
			return true
		}
	}
	e.add("%s %q: want host:port, with a port from %d to 65535", flag, s, minPort)
	return false
}

// token checks a token that is given; it must fit into a header and a URL.
func (e *Invalid) token(flag string, token obs.Secret, minLength int) {
	t := token.Reveal()
	if t == "" {
		return
	}
	if len(t) < minLength {
		e.add("%s: %d characters guard a real number badly: want at least %d", flag, len(t), minLength)
	}
	if strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }) {
		e.add("%s: want printable ASCII without spaces", flag)
	}
}

// Loopback reports whether host:port is reached from this machine only. An empty host means all
// interfaces, and a name other than localhost may mean anything.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
