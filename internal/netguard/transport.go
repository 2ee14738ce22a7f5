// Package netguard makes HTTP transports that do not reach where a stranger's URL must not lead:
// the machine itself, private networks, the metadata services of clouds. The check is made when a
// connection is dialled, on the address that was resolved, so neither a name that resolves to
// something else the second time nor a redirect gets around it.
package netguard

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Options say which otherwise refused addresses may be reached. Link-local addresses and the
// metadata services of clouds are refused whatever they say.
type Options struct {
	// AllowPrivate opens the private networks: 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7.
	AllowPrivate bool
	// AllowCIDRs opens these networks.
	AllowCIDRs []netip.Prefix
	// AllowLoopback opens 127/8 and ::1.
	AllowLoopback bool
}

// Transport returns a transport under that guard. It uses no proxy, since a proxy would dial in
// its place. Any port may be reached.
func Transport(o Options) *http.Transport {
	return &http.Transport{
		Proxy: nil,
		DialContext: (&net.Dialer{
			Timeout:   10 * time.Second,
			KeepAlive: 30 * time.Second,
			Control:   newGuard(o).control,
		}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

var (
	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	private  = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT, which overlay networks use
		netip.MustParsePrefix("fc00::/7"),
	}
	// never holds what no option opens. The cloud services among them answer with credentials.
	never = []netip.Prefix{
		netip.MustParsePrefix("169.254.0.0/16"), // link-local; 169.254.169.254 is most clouds' metadata
		netip.MustParsePrefix("fe80::/10"),
		netip.MustParsePrefix("fd00:ec2::254/128"),  // metadata of AWS
		netip.MustParsePrefix("fd20:ce::254/128"),   // metadata of Google Cloud
		netip.MustParsePrefix("168.63.129.16/32"),   // host agent of Azure; a public address
		netip.MustParsePrefix("100.100.100.200/32"), // metadata of Alibaba Cloud
		netip.MustParsePrefix("192.0.0.192/32"),     // metadata of Oracle Cloud
	}
)

// guard decides about addresses. IPv4 addresses in IPv6 clothes are judged as IPv4.
type guard struct {
	public *ssrf.Guardian // refuses everything that is not public
	open   []netip.Prefix
}

func newGuard(o Options) *guard {
	g := &guard{public: ssrf.New(ssrf.WithAnyPort())}
	for _, p := range o.AllowCIDRs {
		g.open = append(g.open, p.Masked())
	}
	if o.AllowPrivate {
		g.open = append(g.open, private...)
	}
	if o.AllowLoopback {
		g.open = append(g.open, loopback...)
	}
	return g
}

// control is a hook of net.Dialer: it runs after the name was resolved, before the connection.
func (g *guard) control(network, address string, c syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return g.public.Safe(network, address, c) // which explains what is wrong with it
	}
	return g.check(ap.Addr())
}

func (g *guard) check(a netip.Addr) error {
	a = a.WithZone("").Unmap()
	if in(never, a) {
		return &refused{a}
	}
	if in(g.open, a) {
		return nil
	}
	return g.public.SafeAddr(a)
}

func in(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// refused says that an address is one that no option opens.
type refused struct{ addr netip.Addr }

func (r *refused) Error() string {
	return "prohibited IP address: " + r.addr.String() + " is link-local or a cloud's metadata service"
}

func (r *refused) Unwrap() error { return ssrf.ErrProhibitedIP }

// Refused reports whether err says that a transport of this package refused an address.
func Refused(err error) bool { return errors.Is(err, ssrf.ErrProhibitedIP) }
