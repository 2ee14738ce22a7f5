package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tapgate/internal/config"
	"tapgate/internal/obs"
)

var hour = time.Hour

var root = strings.Repeat("ab", 32)

// TestValidate lists configurations and, for each problem that must be reported, words of it.
func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		config interface{ Validate() error }
		want   []string
	}{
		{"sandbox", config.Sandbox{Listen: "127.0.0.1:8080"}, nil},
		{"sandbox on port 0", config.Sandbox{Listen: "localhost:0"}, nil},
		{"sandbox on IPv6", config.Sandbox{Listen: "[::1]:8080"}, nil},
		{"sandbox on all interfaces", config.Sandbox{Listen: ":8080"}, []string{"--unsafe-listen"}},
		{"sandbox on 0.0.0.0", config.Sandbox{Listen: "0.0.0.0:8080"}, []string{"--unsafe-listen"}},
		{"sandbox on a name", config.Sandbox{Listen: "example.org:8080"}, []string{"--unsafe-listen"}},
		{"sandbox spelled out", config.Sandbox{Listen: ":8080", UnsafeListen: true}, nil},
		{"sandbox on 0.0.0.0 spelled out", config.Sandbox{Listen: "0.0.0.0:8080", UnsafeListen: true}, nil},
		{"sandbox without loopback", config.Sandbox{Listen: "192.0.2.1:8080", UnsafeListen: true}, []string{"leaves out loopback"}},
		{"sandbox without port", config.Sandbox{Listen: "127.0.0.1"}, []string{"host:port"}},
		{"sandbox, several", config.Sandbox{Listen: "0.0.0.0:1", Token: "two words"}, []string{"--unsafe-listen", "--token"}},
		{"network", config.Network{Listen: "127.0.0.1:0"}, nil},
		{"network on all interfaces", config.Network{Listen: ":9090"}, []string{"--unsafe-listen"}},
		{"live", config.Serve{Listen: "127.0.0.1:8080"}, nil},
		{"live beyond loopback", config.Serve{Listen: "0.0.0.0:8080"}, nil},
		{"live, short token", config.Serve{Listen: "127.0.0.1:8080", Token: "fifteen-letters"}, []string{"at least 16"}},
		{"live, long token", config.Serve{Listen: "127.0.0.1:8080", Token: "sixteen-letters!"}, nil},
		{"emulated", config.Serve{Listen: "127.0.0.1:0", Peer: "127.0.0.1:9090", Root: root, Token: "short"}, nil},
		{"live with networks", config.Serve{Listen: "127.0.0.1:8080", WebhookNetworks: "10.0.0.0/8, fd12::/16"}, nil},
		{"live with half a network", config.Serve{Listen: "127.0.0.1:8080", WebhookNetworks: "10.0.0.0/8,172.16.0.1"}, []string{"--webhook-networks: \"172.16.0.1\" is no network"}},
		{"network without root", config.Serve{Listen: "127.0.0.1:0", Peer: "127.0.0.1:9090"}, []string{"--network-root"}},
		{"root without network", config.Serve{Listen: "127.0.0.1:0", Root: root}, []string{"needs --network:"}},
		{"root too short", config.Serve{Listen: "127.0.0.1:0", Peer: "127.0.0.1:9090", Root: "ab"}, []string{"64 hexadecimal digits"}},
		{"root not hex", config.Serve{Listen: "127.0.0.1:0", Peer: "127.0.0.1:9090", Root: strings.Repeat("xy", 32)}, []string{"64 hexadecimal digits"}},
		{"network on port 0", config.Serve{Listen: "127.0.0.1:0", Peer: "127.0.0.1:0", Root: root}, []string{"--network"}},
		{"webhook", config.Serve{Listen: "127.0.0.1:0", Webhook: "https://example.org/hook"}, nil},
		{"webhook of another scheme", config.Serve{Listen: "127.0.0.1:0", Webhook: "file:///etc/passwd"}, []string{"--webhook"}},
		{"public URL", config.Serve{Listen: "127.0.0.1:0", PublicURL: "https://gate.example.org"}, nil},
		{"public URL without scheme", config.Serve{Listen: "127.0.0.1:0", PublicURL: "gate.example.org"}, []string{"--public-url"}},
		{"metrics", config.Serve{Listen: "127.0.0.1:0", Metrics: "[::1]:0"}, nil},
		{"metrics for all", config.Serve{Listen: "127.0.0.1:0", Metrics: ":9464"}, []string{"--unsafe-metrics"}},
		{"metrics for all, spelled out", config.Serve{Listen: "127.0.0.1:0", Metrics: ":9464", UnsafeMetrics: true}, nil},
		{"metrics nowhere", config.Serve{Listen: "127.0.0.1:0", Metrics: "9464", UnsafeMetrics: true}, []string{"--metrics"}},
		{"sending", config.Serve{Listen: "127.0.0.1:0", Sending: config.Sending{AnswerWait: new(time.Duration), Expiry: time.Hour, Queue: 1, KeepMessages: 24 * time.Hour}}, nil},
		{"request rate", config.Serve{Listen: "127.0.0.1:0", RequestRate: 100}, nil},
		{"request rate, wrong", config.Serve{Listen: "127.0.0.1:0", RequestRate: -1}, []string{"--request-rate -1"}},
		{"sending, all wrong", config.Serve{Listen: "127.0.0.1:0", Sending: config.Sending{AnswerWait: &hour, Expiry: time.Millisecond, Queue: -1, KeepMessages: time.Hour}}, []string{"--answer-wait", "--expiry", "--queue", "--keep-messages"}},
		{"everything", config.Serve{Listen: "x", Peer: "y", Root: "z", Token: "\n", Webhook: "w"}, []string{"--listen", "--network ", "--network-root", "--token", "--webhook"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.config.Validate()
			var got config.Invalid
			if err != nil && !errors.As(err, &got) {
				t.Fatalf("%T: %v", err, err)
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(got), len(c.want), err)
			}
			for i, words := range c.want {
				if !strings.Contains(got[i], words) {
					t.Errorf("problem %q does not speak of %q", got[i], words)
				}
			}
		})
	}
}

func TestTokenIsNotTold(t *testing.T) {
	err := config.Serve{Listen: "127.0.0.1:0", Token: obs.Secret("canary word")}.Validate()
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}

func TestServeDefaults(t *testing.T) {
	live := config.Serve{}
	if live.Emulated() || live.AllowLoopback() || live.AllowLocalMedia() || live.DataDir() != "tapgate-data" {
		t.Errorf("live: %v %v %q", live.Emulated(), live.AllowLoopback(), live.DataDir())
	}
	emulated := config.Serve{Peer: "127.0.0.1:9090"}
	if !emulated.Emulated() || !emulated.AllowLoopback() || !emulated.AllowLocalMedia() || emulated.DataDir() != "" {
		t.Errorf("emulated: %v %v %q", emulated.Emulated(), emulated.AllowLoopback(), emulated.DataDir())
	}
	no, yes := false, true
	if emulated.LoopbackWebhooks = &no; emulated.AllowLoopback() {
		t.Error("a refusal that was spelled out does not count")
	}
	if live.LoopbackWebhooks = &yes; !live.AllowLoopback() {
		t.Error("a permission that was spelled out does not count")
	}
}
