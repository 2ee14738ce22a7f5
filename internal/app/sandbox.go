package app

import (
	"context"
	"fmt"
	"strings"

	"tapgate/internal/channel"
	"tapgate/internal/config"
	"tapgate/internal/console"
	"tapgate/internal/id"
	"tapgate/internal/sandbox/web"
)

// inboxPath is where the sandbox's own webhook receiver stands.
const inboxPath = "/sandbox/inbox"

// sandboxMode is the sandbox while it starts.
type sandboxMode struct {
	world
	config config.Sandbox
	run    *Running
	engine *engine
	front  *listener // API and pages
	wire   *listener // the network, for the gateway's client
}

// Sandbox starts network, phones and gateway, and returns when the channel is paired and connected.
func Sandbox(ctx context.Context, c config.Sandbox, o Options) (*Running, error) {
	o = o.withDefaults()
	r := newRunning()
	dir := &dataDir{path: c.Data, log: o.Log}
	s := &sandboxMode{
		world:  world{Options: o, dir: dir, seed: c.Seed, lenient: c.Lenient},
		config: c,
		run:    r,
		engine: &engine{Options: o, dir: dir, sending: c.Sending, loopback: true, localMedia: true},
		front:  &listener{flag: "--listen", address: c.Listen, log: o.Log, failed: r.failed},
		wire:   &listener{flag: "emulated network on", address: "127.0.0.1:0", log: o.Log, failed: r.failed},
	}
	s.engine.baseURL = s.front.url
	r.add("data directory", dir.open, dir.close)
	r.add("emulated network", s.openNetwork, s.closeNetwork)
	r.add("listener of the network", s.wire.bind, s.wire.release)
	r.add("service of the network", s.serveNetwork, s.wire.stop)
	r.add("phones", s.openPhones, s.closePhones)
	r.add("listener", s.front.bind, s.front.release)
	s.engine.addTo(r)
	r.add("channel", s.openChannel, nil)
	r.add("people", s.gather, nil)
	r.add("API", s.serveAPI, s.front.stop)
	return r.start(ctx)
}

func (s *sandboxMode) serveNetwork(context.Context) error {
	s.wire.serve(s.network, nil)
	s.engine.peer = s.wire.hostPort()
	return nil
}

// openChannel sees to it that there is a channel, that its token is known, and that the inbox hears of it.
func (s *sandboxMode) openChannel(ctx context.Context) error {
	token, err := s.token(tokenName, s.config.Token.Reveal())
	if err != nil {
		return err
	}
	c, token, err := s.engine.firstChannel(ctx, "Sandbox", token)
	if err != nil {
		return err
	}
	if err := s.dir.keepToken(tokenName, token); err != nil {
		return err
	}
	s.run.facts = Facts{
		API: s.front.url(), Token: token, Phone: s.front.url() + "/phone", Console: s.front.url() + console.Root,
		Network: s.wire.hostPort(), RootKey: s.rootKey(), ChannelID: string(c.ID),
	}
	if s.run.facts.AdminToken, err = s.adminToken(ctx); err != nil {
		return err
	}
	return s.engine.listen(ctx, c.ID, s.front.url()+inboxPath, isInbox)
}

// isInbox reports whether the webhook is the inbox of this sandbox or of one before it, which may
// have had another port.
func isInbox(w channel.Webhook) bool { return strings.HasSuffix(w.URL, inboxPath) }

// adminToken is the one of this sandbox's life before, or a new one.
func (s *sandboxMode) adminToken(ctx context.Context) (string, error) {
	token, err := s.token(adminTokenName, s.config.AdminToken.Reveal())
	if err != nil {
		return "", err
	}
	if _, _, err := s.engine.adminToken(ctx, token); err != nil {
		return "", err
	}
	return token, s.dir.keepToken(adminTokenName, token)
}

// token is the one that was given, or kept, or a new one.
func (s *sandboxMode) token(name, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if kept, err := s.dir.token(name); kept != "" || err != nil {
		return kept, err
	}
	return id.NewToken(), nil
}

// gather brings everybody there: the customers, the channel, paired by its own phone, and their group.
func (s *sandboxMode) gather(ctx context.Context) error {
	if err := s.addCustomers(ctx); err != nil {
		return err
	}
	scanned := false
	err := s.engine.connect(ctx, id.Channel(s.run.facts.ChannelID), func(ctx context.Context, qr string) error {
		scanned = true
		return s.phones.Scan(ctx, Business, qr)
	})
	if err != nil {
		return fmt.Errorf("pair %s: %w", Business, err)
	}
	for scanned && !s.phones.Settled(Business) {
		if err := wait(ctx, look); err != nil {
			return fmt.Errorf("paired, but without the address book of %s: %w", Business, err)
		}
	}
	return s.addGroup(ctx)
}

func (s *sandboxMode) serveAPI(context.Context) error {
	facts := s.run.facts
	pages := web.New(web.Options{
		Book: s.phones, Network: s.network, Business: Business, Log: s.Log,
		Facts: func() map[string]any {
			return map[string]any{
				"api": facts.API, "console": facts.Console, "token": facts.Token, "curl": facts.Curl(),
				"channel_id": facts.ChannelID, "network": facts.Network, "root_key": facts.RootKey,
			}
		},
	})
	gate, end := s.engine.withConsole(console.Options{LocalToken: facts.AdminToken})
	s.front.serve(together(pages, gate), func() {
		end()
		_ = pages.Close()
	})
	return nil
}
