package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

// canary is a password that must stand nowhere.
const canary = "canary-Pass_9"

// TestProxy lets a channel reach WhatsApp through a SOCKS5 proxy, beside one that does not: its messages,
// its files both ways; then the proxy fails in each way it can, which the channel tells and the other one
// does not feel.
func TestProxy(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	var log keptLog
	r, err = app.Serve(t.Context(), config.Serve{
		Listen: "127.0.0.1:0", Peer: net.facts.Network, Root: net.facts.RootKey, NoChannel: true,
	}, app.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test"})
	gw := keep(t, r, err)
	gw.facts.Token = gw.facts.AdminToken
	shy, plain := open(gw, net, "491555700001"), open(gw, net, "491555700002")
	proxy := newSocksProxy(t, "shop", canary)
	with := func(url, status string) string {
		body, _ := json.Marshal(gw.must(200, "PATCH", gw.facts.API+"/settings?channel="+shy.id, `{"proxy":"`+url+`"}`))
		shy.awaits(gw, status)
		return string(body)
	}
	wants := func(fault string) {
		t.Helper()
		gw.await("the channel has "+fault, gw.facts.API+"/tapgate/channels/"+shy.id, func(doc any) bool {
			return at(doc, "state") == "waiting" && at(doc, "fault") == fault
		})
	}

	answers := with("socks5://shop:"+canary+"@"+proxy.addr, "connected")
	shy.say(gw, "through the proxy")
	file := noise(300_000)
	sent := gw.must(200, "POST", gw.facts.API+"/messages/interactive?channel="+shy.id, `{"to":"`+app.Jonathan+`","type":"button",
		"media":"data:application/pdf;base64,`+base64.StdEncoding.EncodeToString(file)+`","no_encode":true,
		"body":{"text":"a file"},"action":{"buttons":[{"type":"quick_reply","title":"Thanks","id":"t"}]}}`)
	if at(sent, "message", "status") != "sent" || proxy.up.Load() < int64(len(file)) {
		t.Errorf("a file of %d bytes was sent as %v, and %d bytes went through the proxy", len(file), at(sent, "message", "status"), proxy.up.Load())
	}
	before := proxy.down.Load()
	net.must(200, "POST", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages",
		`{"to":"`+shy.number+`","media":"data:application/pdf;base64,`+base64.StdEncoding.EncodeToString(file)+`"}`)
	shy.fetches(gw, file)
	if got := proxy.down.Load() - before; got < int64(len(file)) {
		t.Errorf("a file of %d bytes was fetched, and %d came through the proxy", len(file), got)
	}
	if got := slices.Collect(maps.Keys(proxy.targets)); !slices.Equal(got, []string{net.facts.Network}) {
		t.Errorf("the proxy was asked for %q", got)
	}

	// it dies: what is sent waits, and leaves when the proxy is back
	state := plain.cursor(gw)
	proxy.stop()
	wants("proxy_unreachable")
	plain.say(gw, "no proxy is needed")
	if res := shy.tries(gw); res.StatusCode != 200 || !strings.Contains(res.Header.Get("X-Tapgate-Warning"), "(proxy_unreachable)") {
		t.Errorf("a send without the proxy was answered with %d, %v", res.StatusCode, res.Header)
	}
	proxy.start(t)
	shy.awaits(gw, "connected")
	net.await("what waited has arrived", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", func(doc any) bool { return at(doc, -1, "body") == "x" })

	// a wrong password, then what was told as the setting, then none at all
	answers += with("socks5://shop:"+canary+"x@"+proxy.addr, "waiting")
	wants("proxy_unreachable")
	if proxy.refused.Load() == 0 {
		t.Error("the proxy was not asked with the wrong password")
	}
	answers += with("socks5h://shop:"+canary+"@"+proxy.addr, "connected")
	shown, _ := at(gw.must(200, "GET", gw.facts.API+"/settings?channel="+shy.id, ""), "proxy").(string)
	answers += shown + with(shown, "connected")
	open := newSocksProxy(t, "", "")
	answers += with("socks5://"+open.addr, "connected")
	shy.say(gw, "through a proxy for everybody")
	if open.up.Load() == 0 {
		t.Error("nothing went through the proxy for everybody")
	}
	plain.told(gw, state, 0)
	for what, text := range map[string]string{"an answer": answers, "the log": log.String()} {
		if i := strings.Index(text, canary); i >= 0 {
			t.Errorf("%s tells the password: %s", what, text[max(0, i-200):i+50])
		}
	}
	if !strings.Contains(shown, "xxxxx") || !strings.Contains(log.String(), "proxy_unreachable") {
		t.Errorf("the setting is told as %q, or the log says nothing of the proxy", shown)
	}
}

// fetches reads the newest file of the channel.
func (s shop) fetches(gw user, want []byte) {
	gw.t.Helper()
	var id string
	gw.await("the file is announced", gw.facts.API+"/messages/list?count=1&channel="+s.id, func(doc any) bool {
		id, _ = at(doc, "messages", 0, "document", "id").(string)
		return at(doc, "messages", 0, "from_me") == false && id != ""
	})
	res, body := gw.raw("GET", gw.facts.API+"/media/"+id+"?channel="+s.id, "")
	if res.StatusCode != 200 || !bytes.Equal(body, want) {
		gw.t.Errorf("the file was answered with %d and %d bytes, want %d", res.StatusCode, len(body), len(want))
	}
}

// noise is a file that looks like a PDF, different in each run of bytes.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	b := []byte("%PDF-1.4\n")
	for len(b) < n {
		b = fmt.Appendln(b, random.Uint64())
	}
	return b
}

// keptLog is a log that can be read.
type keptLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *keptLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *keptLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
