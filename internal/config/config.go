// Package config says what can be configured. The comments of its structs are the manual, Validate
// lists every problem at once, and a dangerous setting has to be spelled out: none is a default.
//
// A flag wins over its environment variable, which wins over the file that --config names, which wins
// over the default. The tags name flags and variables for the command line; the names in the file
// are those of the flags of serve.
package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"

	"tapgate/internal/obs"
)

// Sandbox configures the emulated network, the gateway and the phones in one process.
type Sandbox struct {
	// Listen is where API, control API and browser phone are served. Port 0 picks a free one.
	Listen string `help:"Address of API and browser phone; port 0 picks one." default:"127.0.0.1:8080" env:"TAPGATE_LISTEN"`
	// UnsafeListen allows Listen to be reached from other machines. The API is then guarded by its
	// token only; the control API and the browser phone go on answering this machine only.
	UnsafeListen bool `help:"Allow --listen to be reached from other machines." env:"TAPGATE_UNSAFE_LISTEN"`
	// Token is the API token of the channel; "" makes one.
	Token obs.Secret `help:"API token of the channel; without it one is made." env:"TAPGATE_TOKEN" placeholder:"TOKEN"`
	// AdminToken opens all channels and their management; "" makes one.
	AdminToken obs.Secret `help:"Token that opens everything; without it one is made." env:"TAPGATE_ADMIN_TOKEN" placeholder:"TOKEN"`
	// Data is a directory that keeps everything over a restart, the token included (file "token",
	// readable by its owner only). "" keeps nothing.
	Data string `help:"Directory that keeps everything; without it all is forgotten at the end." env:"TAPGATE_DATA" placeholder:"DIR" type:"path"`
	// Seed is what the numbers, keys and certificates of the emulated network derive from.
	Seed string `help:"Derives keys and certificates of the emulated network." env:"TAPGATE_SEED" placeholder:"SEED"`
	// Lenient accepts stanzas that WhatsApp is known to refuse.
	Lenient bool `help:"Accept messages that WhatsApp is known to refuse." env:"TAPGATE_LENIENT"`
	Sending
	// JSON prints the facts of the start as one JSON line on stdout, and the log as JSON lines.
	JSON bool `help:"Print the facts of the start as one JSON line, and the log as JSON." env:"TAPGATE_JSON"`
	// LogLevel is from where on the log, which goes to stderr, is written.
	LogLevel slog.Level `help:"Least level of the log on stderr: debug, info, warn or error." default:"warn" env:"TAPGATE_LOG_LEVEL"`
}

// Network configures the emulated network with its phones as a process of its own.
type Network struct {
	// Listen is where the chat socket, the control API and the browser phone are served.
	Listen string `help:"Address of the network, its control API and browser phone; port 0 picks one." default:"127.0.0.1:9090" env:"TAPGATE_LISTEN"`
	// UnsafeListen allows Listen to be reached from other machines. The control API and the
	// browser phone go on answering this machine only.
	UnsafeListen bool `help:"Allow --listen to be reached from other machines." env:"TAPGATE_UNSAFE_LISTEN"`
	// Data is a directory that keeps the state over a restart; "" keeps nothing.
	Data string `help:"Directory that keeps the state; without it all is forgotten at the end." env:"TAPGATE_DATA" placeholder:"DIR" type:"path"`
	// Seed is what the numbers, keys and certificates of the network derive from.
	Seed string `help:"Derives keys and certificates." env:"TAPGATE_SEED" placeholder:"SEED"`
	// Lenient accepts stanzas that WhatsApp is known to refuse.
	Lenient bool `help:"Accept messages that WhatsApp is known to refuse." env:"TAPGATE_LENIENT"`
	// JSON prints the facts of the start as one JSON line on stdout, and the log as JSON lines.
	JSON bool `help:"Print the facts of the start as one JSON line, and the log as JSON." env:"TAPGATE_JSON"`
	// LogLevel is from where on the log, which goes to stderr, is written.
	LogLevel slog.Level `help:"Least level of the log on stderr: debug, info, warn or error." default:"warn" env:"TAPGATE_LOG_LEVEL"`
}

// Serve configures the gateway alone: on WhatsApp itself, or with Peer and Root on an emulated
// network. A process does one or the other.
type Serve struct {
	// Config is a file with more settings, one "flag: value" a line; see ReadFile. It is a mistake to
	// name a file that does not exist, or a setting.
	Config string `help:"File with settings: YAML, one \"flag: value\" a line. 'tapgate config' prints one." env:"TAPGATE_CONFIG" placeholder:"FILE" type:"path"`
	// Listen is where the API is served. It speaks HTTP without TLS, so it stays on loopback unless
	// another address is given; then a reverse proxy with TLS belongs before it.
	Listen string `help:"Address of the API; port 0 picks one." default:"127.0.0.1:8080" env:"TAPGATE_LISTEN"`
	// Data is the directory with gateway.db and whatsmeow.db. The latter holds the keys of the
	// WhatsApp session: keep it private and back it up. "" is ./tapgate-data on WhatsApp, and
	// nothing is kept on an emulated network.
	Data string `help:"Directory of the databases; on WhatsApp ./tapgate-data when it is not given." env:"TAPGATE_DATA" placeholder:"DIR" type:"path"`
	// Token is an API token for the first channel, at least 16 characters on WhatsApp. A new channel
	// gets it instead of a random one; an existing channel gets it besides those it has.
	Token obs.Secret `help:"API token of the channel; a new channel gets a random one without it." env:"TAPGATE_TOKEN" placeholder:"TOKEN"`
	// AdminToken is a token that opens all channels and their management, at least 16 characters on
	// WhatsApp. Without it the first start makes one and prints it once.
	AdminToken obs.Secret `help:"Token that opens everything; the first start makes one without it." env:"TAPGATE_ADMIN_TOKEN" placeholder:"TOKEN"`
	// NoChannel keeps the first start from adding a channel.
	NoChannel bool `help:"Don't add a channel at the first start; see tapgate channel add." env:"TAPGATE_NO_CHANNEL"`
	// Webhook is a URL that hears of everything on the first channel, unless the channel has
	// webhooks already.
	Webhook string `help:"URL that gets all events, if the channel has no webhook yet." env:"TAPGATE_WEBHOOK" placeholder:"URL"`
	// Peer is the address of an emulated network. It needs Root.
	Peer string `name:"network" help:"Address of an emulated network (see tapgate network), in place of WhatsApp." env:"TAPGATE_NETWORK" placeholder:"ADDR"`
	// Root is the root key of that network, in hexadecimal.
	Root string `name:"network-root" help:"Root key of that network, as it printed it." env:"TAPGATE_NETWORK_ROOT" placeholder:"HEX"`
	// LoopbackWebhooks lets webhooks point to this machine. Nil means: on an emulated network only,
	// because whoever holds a token could reach local services otherwise.
	LoopbackWebhooks *bool `name:"allow-loopback-webhooks" negatable:"" help:"Let webhooks point to this machine; on by default with --network only." env:"TAPGATE_ALLOW_LOOPBACK_WEBHOOKS"`
	// WebhookNetworks names the private networks that webhooks may point to, such as that of the
	// containers beside this one, as prefixes with commas between: 10.0.0.0/8,fd12::/16. Link-local
	// addresses and the metadata services of clouds stay refused.
	WebhookNetworks string `help:"Private networks that webhooks may point to, such as 10.0.0.0/8,172.16.0.0/12." env:"TAPGATE_WEBHOOK_NETWORKS" placeholder:"CIDR,..."`
	// LoopbackMedia lets the URLs of media point to this machine, and to any port. Nil means: on an
	// emulated network only.
	LoopbackMedia *bool `name:"allow-loopback-media" negatable:"" help:"Let URLs of media point to this machine, and to any port; on by default with --network only." env:"TAPGATE_ALLOW_LOOPBACK_MEDIA"`
	// PublicURL is where programs reach the API, such as the address of the proxy before it. Links to
	// files in webhooks begin with it; "" takes the address of Listen.
	PublicURL string `help:"Where programs reach the API, for links to files; by default the address of --listen." env:"TAPGATE_PUBLIC_URL" placeholder:"URL"`
	// Metrics is where metrics, the health of the process and, on loopback, pprof are served: /metrics,
	// /livez, /readyz, /debug/pprof/. "" serves them nowhere.
	Metrics string `help:"Address of metrics, health checks and pprof; without it there are none." env:"TAPGATE_METRICS" placeholder:"ADDR"`
	// UnsafeMetrics allows Metrics to be reached from other machines, without a password. It tells no
	// numbers, texts or tokens. pprof is left out then.
	UnsafeMetrics bool `help:"Allow --metrics to be reached from other machines; without pprof." env:"TAPGATE_UNSAFE_METRICS"`
	// PlainDatabase switches off what makes the database of sessions faster: kept statements, shared
	// commits, remembered sessions. What is durable when is the same.
	PlainDatabase bool `help:"Do without what makes the database of sessions faster, to find out where a fault comes from." env:"TAPGATE_PLAIN_DATABASE"`
	// RequestRate is how many requests a second one token may make; more get 429. 0 sets no limit.
	RequestRate int `help:"How many requests a second one token may make; 0 sets no limit." default:"0" env:"TAPGATE_REQUEST_RATE"`
	Sending
	// JSON prints the facts of the start as one JSON line on stdout, and the log as JSON lines.
	JSON bool `help:"Print the facts of the start as one JSON line, and the log as JSON." env:"TAPGATE_JSON"`
	// LogLevel is from where on the log, which goes to stderr, is written.
	LogLevel slog.Level `help:"Least level of the log on stderr: debug, info, warn or error." default:"info" env:"TAPGATE_LOG_LEVEL"`
}

// Emulated reports whether the gateway runs on an emulated network.
func (s Serve) Emulated() bool { return s.Peer != "" }

// DataDir is the directory to use; "" means that nothing is kept.
func (s Serve) DataDir() string {
	if s.Data == "" && !s.Emulated() {
		return "tapgate-data"
	}
	return s.Data
}

// AllowLoopback reports whether webhooks may point to this machine.
func (s Serve) AllowLoopback() bool {
	if s.LoopbackWebhooks != nil {
		return *s.LoopbackWebhooks
	}
	return s.Emulated()
}

// Networks reads WebhookNetworks.
func (s Serve) Networks() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for part := range strings.SplitSeq(s.WebhookNetworks, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q is no network: want an address and a length, such as 10.0.0.0/8", part)
		}
		list = append(list, p)
	}
	return list, nil
}

// AllowLocalMedia reports whether URLs of media may point to this machine.
func (s Serve) AllowLocalMedia() bool {
	if s.LoopbackMedia != nil {
		return *s.LoopbackMedia
	}
	return s.Emulated()
}
