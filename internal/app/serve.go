package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"tapgate/internal/backend/meow"
	"tapgate/internal/channel"
	"tapgate/internal/config"
	"tapgate/internal/console"
)

// serveMode is the gateway process while it starts.
type serveMode struct {
	Options
	config config.Serve
	run    *Running
	engine *engine
	front  *listener
	debug  *debugSite // nil when it is not served
}

// Serve starts the gateway alone and returns when its API answers. Its channel may have to be
// paired then: see Running.Pair.
func Serve(ctx context.Context, c config.Serve, o Options) (*Running, error) {
	networks, err := c.Networks()
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	r := newRunning()
	dir := &dataDir{path: c.DataDir(), log: o.Log}
	s := &serveMode{
		Options: o,
		config:  c,
		run:     r,
		engine:  &engine{Options: o, dir: dir, sending: c.Sending, requests: c.RequestRate, loopback: c.AllowLoopback(), localMedia: c.AllowLocalMedia(), networks: networks, plainDatabase: c.PlainDatabase},
		front:   &listener{flag: "--listen", address: c.Listen, log: o.Log, failed: r.failed},
	}
	s.engine.baseURL = s.publicURL
	if c.Metrics != "" {
		s.debug = newDebugSite(c.Metrics, s.engine, r.failed)
		r.add("metrics", s.debug.start, s.debug.front.stop)
	}
	r.add("data directory", dir.open, dir.close)
	r.add("client version", s.chooseNetwork, nil)
	r.add("listener", s.front.bind, s.front.release)
	s.engine.addTo(r)
	r.add("channel", s.openChannel, nil)
	r.add("network", s.meetNetwork, nil)
	r.add("API", s.serveAPI, s.front.stop)
	if s.debug != nil {
		r.add("readiness", s.debug.open, s.debug.close)
	}
	return r.start(ctx)
}

// versionWait bounds the question which client version WhatsApp takes.
const versionWait = 10 * time.Second

// chooseNetwork makes the process speak to the emulated network, or to WhatsApp with the client
// version that WhatsApp takes today.
func (s *serveMode) chooseNetwork(ctx context.Context) error {
	if !config.Loopback(s.config.Listen) {
		s.Log.Warn("API listens beyond this machine without TLS: put a reverse proxy before it", "listen", s.config.Listen)
	}
	if s.config.Emulated() {
		key, err := s.config.RootKey()
		if err != nil {
			return err
		}
		s.engine.peer = s.config.Peer
		return meow.UseNetwork(key)
	}
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	if err := meow.RefreshVersion(ctx, &http.Client{}); err != nil {
		s.Log.Warn("client version not refreshed: WhatsApp may refuse the built-in one as outdated", "error", err)
	}
	return nil
}

// openChannel sees to it that somebody can use the gateway: the very first start adds a channel, unless
// none is wanted, and makes the admin token last, so that a start that was cut off is made up for.
func (s *serveMode) openChannel(ctx context.Context) error {
	s.run.facts = Facts{API: s.front.url(), Console: s.front.url() + console.Root, Network: s.config.Peer, RootKey: s.config.Root}
	if s.debug != nil {
		s.run.facts.Metrics = s.debug.front.url()
	}
	begun, err := s.engine.gateway.Tokens(ctx, "")
	if err != nil {
		return err
	}
	all, err := s.engine.gateway.Channels(ctx)
	if err != nil {
		return err
	}
	if len(all) > 0 || s.config.Token != "" || len(begun) == 0 && !s.config.NoChannel {
		if err := s.openFirst(ctx); err != nil {
			return err
		}
	}
	s.run.facts.AdminToken, _, err = s.engine.adminToken(ctx, s.config.AdminToken.Reveal())
	return err
}

func (s *serveMode) openFirst(ctx context.Context) error {
	c, token, err := s.engine.firstChannel(ctx, "", s.config.Token.Reveal())
	if err != nil {
		return err
	}
	s.run.facts.Token, s.run.facts.ChannelID, s.run.facts.Number = token, string(c.ID), string(c.Number)
	if s.config.Webhook == "" {
		return nil
	}
	return s.engine.listen(ctx, c.ID, s.config.Webhook, func(channel.Webhook) bool { return false })
}

func (s *serveMode) serveAPI(context.Context) error {
	s.front.serve(s.engine.withConsole(console.Options{HTTPS: strings.HasPrefix(s.config.PublicURL, "https://")}))
	return nil
}

// publicURL is where programs reach the API: what was configured, or the listener itself.
func (s *serveMode) publicURL() string {
	if s.config.PublicURL != "" {
		return s.config.PublicURL
	}
	return s.front.url()
}
