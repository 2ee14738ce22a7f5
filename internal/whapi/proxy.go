package whapi

import (
	"net/url"
	"slices"
	"strconv"

	"tapgate/internal/channel"
)

// isProxy reports whether a text is the URL of a SOCKS5 proxy. The dialect's own pattern asks for a user
// and a password; proxies without are common, so both may be left out here.
func isProxy(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"socks5", "socks5h"}, u.Scheme) || u.Hostname() == "" {
		return false
	}
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return false
	}
	if u.User != nil {
		if password, _ := u.User.Password(); u.User.Username() == "" || password == "" || len(u.User.Username()) > 255 || len(password) > 255 {
			return false
		}
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// veiled returns the settings as they are told: without the password of the proxy.
func veiled(s channel.Settings) channel.Settings {
	s.Proxy = veiledProxy(s.Proxy)
	return s
}

// veiledProxy puts xxxxx in the place of the password.
func veiledProxy(proxy string) string {
	u, err := url.Parse(proxy)
	if err != nil {
		return ""
	}
	return u.Redacted()
}
