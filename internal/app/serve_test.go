package app_test

import (
	"path/filepath"
	"testing"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

// TestApart runs network and gateway side by side, pairs over HTTP alone, and restarts the gateway.
func TestApart(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	if net.facts.Token != "" || net.facts.ChannelID != "" || "http://"+net.facts.Network != net.facts.API {
		t.Errorf("%+v", net.facts)
	}
	c := config.Serve{
		Listen: "127.0.0.1:0", Data: filepath.Join(t.TempDir(), "data"), Token: "first",
		Peer: net.facts.Network, Root: net.facts.RootKey, Webhook: net.facts.API + "/sandbox/inbox",
	}
	gateway, err := app.Serve(t.Context(), c, logTo(t))
	gw := keep(t, gateway, err)
	gw.must(401, "POST", gw.facts.API+"/messages/text", `{"to":"`+app.Jonathan+`","body":"too early"}`)

	qr, _ := at(gw.must(200, "GET", gw.facts.API+"/users/login/rowdata", ""), "rowdata").(string)
	net.must(200, "POST", net.facts.API+"/sandbox/scan", `{"phone":"`+app.Business+`","qr":"`+qr+`"}`)
	auth := func(doc any) bool { return at(doc, "status", "text") == "AUTH" }
	gw.await("connected", gw.facts.API+"/health", auth)
	gw.must(409, "GET", gw.facts.API+"/users/login/rowdata", "")
	if number, err := gateway.Pair(t.Context(), nil); err != nil || number != app.Business {
		t.Errorf("paired with %q, %v", number, err)
	}
	gw.must(200, "POST", gw.facts.API+"/messages/text", `{"to":"`+app.Jonathan+`","body":"one"}`)
	net.await("message", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", func(doc any) bool {
		return at(doc, -1, "body") == "one"
	})
	net.await("webhook on loopback", net.facts.API+"/sandbox/webhooks", func(doc any) bool {
		list, _ := doc.([]any)
		for _, request := range list {
			if at(request, "body", "channel_id") == gw.facts.ChannelID {
				return true
			}
		}
		return false
	})
	stop(t, gateway)

	c.Token = "second"
	gateway, err = app.Serve(t.Context(), c, logTo(t))
	again := keep(t, gateway, err)
	if again.facts.ChannelID != gw.facts.ChannelID || again.facts.Token != "second" {
		t.Errorf("first %+v, then %+v", gw.facts, again.facts)
	}
	again.await("connected again", again.facts.API+"/health?token=first", auth)
	again.await("connected again, by the second token", again.facts.API+"/health", auth)
}

// TestWebhookNetworks: a webhook in a network that is not public is reached only if that network was named.
func TestWebhookNetworks(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	closed := false
	for networks, status := range map[string]int{"": 400, "10.0.0.0/8": 400, "10.0.0.0/8, 127.0.0.0/8": 200} {
		c := config.Serve{
			Listen: "127.0.0.1:0", Token: "first", Peer: net.facts.Network, Root: net.facts.RootKey,
			LoopbackWebhooks: &closed, WebhookNetworks: networks,
		}
		gateway, err := app.Serve(t.Context(), c, logTo(t))
		gw := keep(t, gateway, err)
		gw.must(status, "POST", gw.facts.API+"/settings/webhook_test",
			`{"url":"`+net.facts.API+`/sandbox/inbox","type":"messages","mode":"body"}`)
	}
}
