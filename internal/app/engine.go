package app

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/backend/meow"
	"tapgate/internal/channel"
	"tapgate/internal/config"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/media"
	"tapgate/internal/netguard"
	"tapgate/internal/sandbox"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
	"tapgate/internal/webhook"
	"tapgate/internal/whapi"
)

// engine is the gateway with what it stands on: database, client, webhooks.
type engine struct {
	Options
	dir *dataDir
	// peer is the address of an emulated network; "" for WhatsApp itself.
	peer string
	// loopback lets webhooks point to this machine, localMedia media URLs.
	loopback, localMedia bool
	// networks are private ones that webhooks may point to.
	networks []netip.Prefix
	sending  config.Sending
	requests int // that a token may make in a second; 0 for no limit
	// plainDatabase does without what makes the database of sessions faster.
	plainDatabase bool
	// baseURL is where programs reach the API.
	baseURL func() string
	// metrics counts; nil counts nothing.
	metrics *metrics

	store   store.Store
	media   *media.Service
	client  backend.Backend
	hooks   *webhook.Service
	gateway *gateway.Gateway
	live    atomic.Pointer[gateway.Gateway] // the gateway once it has started
}

// addTo appends the steps that start the engine. The webhooks run while the gateway does, on both ends.
func (e *engine) addTo(r *Running) {
	r.engine = e
	r.add("database", e.openStore, func(context.Context) error { return e.store.Close() })
	r.add("media", e.openMedia, func(ctx context.Context) error { return e.media.Stop(ctx) })
	r.add("WhatsApp client", e.openClient, func(context.Context) error { return e.client.Close() })
	r.add("webhooks", e.startWebhooks, func(ctx context.Context) error { return e.hooks.Stop(ctx) })
	r.add("gateway", e.startGateway, func(ctx context.Context) error { return e.gateway.Stop(ctx) })
}

func (e *engine) openStore(ctx context.Context) error {
	path, err := e.dir.file("gateway.db")
	if err != nil {
		return err
	}
	o := sqlite.Options{Path: path, Log: e.Log}
	if e.metrics != nil {
		o.Committed = e.metrics.committed
	}
	s, err := sqlite.Open(ctx, o)
	if err != nil {
		return unusable(path, err)
	}
	e.store = s
	if e.metrics != nil {
		e.store = meteredStore{s, e.metrics}
	}
	return nil
}

func (e *engine) openClient(ctx context.Context) error {
	path, err := e.dir.file("whatsmeow.db")
	if err != nil {
		return err
	}
	o := meow.Options{Path: path, Transport: e.network(), Proxied: e.proxied, Log: e.Log}
	if e.plainDatabase {
		o.Layers = meow.NoLayers()
	}
	if e.metrics != nil {
		o.Retried = e.metrics.retried
	}
	c, err := meow.Open(ctx, o)
	if err != nil {
		return unusable(path, err)
	}
	e.client = c
	return nil
}

// network makes the connections of a client without a proxy; nil is the real network.
func (e *engine) network() http.RoundTripper {
	if e.peer == "" {
		return nil
	}
	return sandbox.DialTransport(e.peer)
}

// reach says where webhooks and proxies may stand, beside public addresses.
func (e *engine) reach() netguard.Options {
	return netguard.Options{AllowLoopback: e.loopback, AllowCIDRs: e.networks}
}

// proxied makes the transport of a channel that reaches WhatsApp through a proxy of its own. Where the
// proxy may stand is guarded as the addresses of webhooks are: whoever may change settings names it.
func (e *engine) proxied(proxy *url.URL) http.RoundTripper {
	t := netguard.Transport(e.reach())
	t.Proxy = http.ProxyURL(proxy)
	t.ForceAttemptHTTP2 = false // the socket is a WebSocket
	if e.peer != "" {
		return sandbox.Redirect(e.peer, t)
	}
	return t
}

func (e *engine) startWebhooks(ctx context.Context) error {
	var err error
	e.hooks, err = webhook.New(webhook.Options{
		Store:     e.store,
		Settings:  e.settings,
		Render:    whapi.RenderEvent,
		Transport: webhookTransport(e.reach()),
		Log:       e.Log,
		Version:   e.Version,
	})
	if err != nil {
		return err
	}
	return e.hooks.Start(ctx)
}

// webhookTransport keeps as many connections to a receiver as it gets requests at the same time.
func webhookTransport(o netguard.Options) http.RoundTripper {
	t := netguard.Transport(o)
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 256, 32
	return t
}

func (e *engine) startGateway(ctx context.Context) error {
	var err error
	e.gateway, err = gateway.New(gateway.Options{
		Store: e.store, Backend: e.client, Planner: e.hooks, Media: shelf{e.media}, Log: e.Log, Version: e.Version,
		Elapsed: elapsed, AckWait: ackWait(e.sending), Expiry: e.sending.Expiry, MaxQueue: e.sending.Queue,
		KeepMessages: e.sending.KeepMessages,
	})
	if err != nil {
		return err
	}
	if err := e.gateway.Start(ctx); err != nil {
		return err
	}
	e.live.Store(e.gateway)
	return nil
}

// settings returns the settings of a channel, from memory as soon as the gateway has them there.
func (e *engine) settings(ctx context.Context, ch id.Channel) (channel.Settings, error) {
	if g := e.live.Load(); g != nil {
		return g.Settings(ctx, ch)
	}
	c, err := e.store.Channel(ctx, ch)
	return c.Settings, err
}

// ackWait is the answer wait in the gateway's words.
func ackWait(s config.Sending) time.Duration {
	switch {
	case s.AnswerWait == nil:
		return 0 // its default
	case *s.AnswerWait == 0:
		return -1
	}
	return *s.AnswerWait
}
