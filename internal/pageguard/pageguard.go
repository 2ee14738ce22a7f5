// Package pageguard is what the web pages of this program have in common: what their browsers may load and run, and
// how to tell whether a request was made on this machine.
package pageguard

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy lets a page run its own files and nothing else: no inline script or style, no other origin, no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Harden sets the headers that every answer to a page has. Nothing is kept by the browser, unless the answer
// itself says otherwise later.
func Harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// Elsewhere says why a request can't be trusted to come from this machine, or "" when it can: it comes from a
// loopback address, names one, and no proxy has passed it on.
//
// The Host header stops DNS rebinding, where a foreign name is pointed at 127.0.0.1, so that a foreign page becomes
// same-origin.
func Elsewhere(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case err != nil || !from.Addr().Unmap().IsLoopback():
		return "the request does not come from a loopback address"
	case r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "":
		return "a proxy has passed the request on"
	case !Loopback(r.Host):
		return "the Host header does not name a loopback address"
	}
	return ""
}

// Loopback reports whether a host, with or without a port, names this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
