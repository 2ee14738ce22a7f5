package whapi_test

import (
	"bytes"
	"testing"

	"tapgate/internal/channel"
	"tapgate/internal/whapi"
)

// badProxy is how a proxy is refused.
const badProxy = "must be socks5://user:password@host:port, where user and password may be left out, or empty"

// The password of a proxy is told to nobody, and what is told can be sent back.
func TestProxyIsVeiled(t *testing.T) {
	const proxy, told = "socks5://user:canary@proxy.example.org:1080", "socks5://user:xxxxx@proxy.example.org:1080"
	was := channel.DefaultSettings()
	after, changes, err := whapi.PatchSettings(whapi.JSON([]byte(`{"proxy":"`+proxy+`"}`)), was)
	if err != nil || after.Proxy != proxy || len(changes) != 1 {
		t.Fatalf("%q, %q, %v", after.Proxy, changes, err)
	}
	shown, err := whapi.EncodeSettings(after)
	if err != nil || !bytes.Contains(shown, []byte(told)) {
		t.Errorf("the settings are told as %s, %v", shown, err)
	}
	change, err := whapi.EncodeSettingsChange(after, after, changes)
	if err != nil || bytes.Contains(change, []byte("canary")) || bytes.Count(change, []byte(told)) != 2 {
		t.Errorf("the change is told as %s, %v", change, err)
	}
	same, changes, err := whapi.PatchSettings(whapi.JSON(shown), after)
	if err != nil || same.Proxy != proxy || len(changes) != 0 {
		t.Errorf("what was told, sent back: %q, %q, %v", same.Proxy, changes, err)
	}
	other, changes, err := whapi.PatchSettings(whapi.JSON([]byte(`{"proxy":"socks5://user:new@proxy.example.org:1080"}`)), after)
	if err != nil || other.Proxy == proxy || len(changes) != 1 {
		t.Errorf("another password: %q, %q, %v", other.Proxy, changes, err)
	}
	bare, _, err := whapi.PatchSettings(whapi.JSON([]byte(`{"proxy":"socks5h://[2001:db8::1]:1080"}`)), after)
	if err != nil || bare.Proxy != "socks5h://[2001:db8::1]:1080" {
		t.Errorf("a proxy without a user: %q, %v", bare.Proxy, err)
	}
}
