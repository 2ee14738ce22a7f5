package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

// TestTroubles lets WhatsApp say no in each way it has, each time to a channel of its own, and asks
// everything that tells of it: with the same code, whatever else runs beside it.
func TestTroubles(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	r, err = app.Serve(t.Context(), config.Serve{
		Listen: "127.0.0.1:0", Peer: net.facts.Network, Root: net.facts.RootKey, NoChannel: true,
		Sending: config.Sending{AnswerWait: new(time.Duration)}, // what waits is answered at once
	}, logTo(t))
	gw := keep(t, r, err)
	gw.facts.Token = gw.facts.AdminToken
	refuse := func(code int) []string {
		return []string{fmt.Sprintf(`"fault":"fail_login","code":%d`, code), `"fault":"stream_error","code":503`}
	}
	for i, c := range []struct {
		fault, state string
		by           []string
	}{
		{"login_401", "unpaired", refuse(401)},
		{"login_401", "unpaired", []string{`"fault":"unlink"`}},
		{"login_402_101", "banned", refuse(402)}, // the emulated server gives 101 as what it is for
		{"login_403", "unpaired", refuse(403)},
		{"login_405", "outdated", refuse(405)},
		{"login_406", "unpaired", refuse(406)},
		{"login_409", "waiting", refuse(409)},
		{"login_413", "waiting", refuse(413)},
		{"login_413", "waiting", refuse(414)},
		{"login_415", "waiting", refuse(415)},
		{"login_418", "waiting", refuse(418)},
		{"login_501", "waiting", refuse(501)},
		{"replaced", "waiting", []string{`"fault":"replace_stream"`}},
	} {
		s := open(gw, net, fmt.Sprintf("49155600%04d", i))
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			gw, net := gw, net
			gw.t, net.t = t, t
			s.awaits(gw, "connected")
			for _, f := range c.by {
				net.must(200, "POST", net.facts.API+"/sandbox/faults", `{"phone":"`+s.number+`",`+f+`}`)
			}
			s.has(gw, c.fault, c.state)
		})
	}
}

// has waits for the trouble, and looks at everything that tells of it.
func (s shop) has(gw user, fault, state string) {
	gw.t.Helper()
	var reason string
	gw.await(s.number+" has "+fault, gw.facts.API+"/tapgate/channels/"+s.id, func(doc any) bool {
		reason, _ = at(doc, "reason").(string)
		return at(doc, "state") == state && at(doc, "fault") == fault
	})
	health := gw.must(200, "GET", gw.facts.API+"/health?wakeup=false&channel="+s.id, "")
	if at(health, "fault") != fault || at(health, "reason") != reason || reason == "" {
		gw.t.Errorf("health tells %v, want the fault %s and the reason %q", health, fault, reason)
	}
	gw.await("the event of "+fault, gw.facts.API+"/tapgate/events?type=channel&limit=500&channel="+s.id, func(doc any) bool {
		events, _ := at(doc, "events").([]any)
		for _, e := range events {
			if at(e, "body", "health", "fault") == fault && at(e, "body", "health", "reason") == reason {
				return true
			}
		}
		return false
	})
	res := s.tries(gw)
	warning := res.Header.Get("X-Tapgate-Warning")
	switch {
	case state != "unpaired":
		if res.StatusCode != 200 || !strings.Contains(warning, "("+fault+")") || !strings.Contains(warning, strings.Fields(reason)[0]) {
			gw.t.Errorf("a send was answered with %d and the warning %q", res.StatusCode, warning)
		}
	default:
		status, doc := gw.ask("POST", gw.facts.API+"/messages/text?channel="+s.id, `{"to":"`+app.Jonathan+`","body":"x"}`)
		if status != 401 || at(doc, "error", "fault") != fault || at(doc, "error", "details") != reason {
			gw.t.Errorf("a send was answered with %d %v", status, doc)
		}
	}
}

// tries sends a text, whatever the answer is.
func (s shop) tries(gw user) *http.Response {
	gw.t.Helper()
	res, _ := gw.raw("POST", gw.facts.API+"/messages/text?channel="+s.id, `{"to":"`+app.Jonathan+`","body":"x"}`)
	return res
}

// TestPasskey scans a code with the phone of an account that has a passkey: the channel says so, also
// beside the next code, until it is paired.
func TestPasskey(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	r, err = app.Serve(t.Context(), config.Serve{
		Listen: "127.0.0.1:0", Peer: net.facts.Network, Root: net.facts.RootKey,
	}, logTo(t))
	gw := keep(t, r, err)
	const number = "919984351847"
	net.must(200, "POST", net.facts.API+"/sandbox/faults", `{"fault":"ask_passkey","phone":"`+number+`"}`)
	code := func() string {
		text, _ := at(gw.must(200, "GET", gw.facts.API+"/users/login/rowdata", ""), "rowdata").(string)
		return text
	}
	scan := func(status int, qr string) {
		net.must(status, "POST", net.facts.API+"/sandbox/scan", `{"phone":"`+number+`","qr":"`+qr+`"}`)
	}
	first := code()
	scan(409, first)
	asked := func(status string) func(doc any) bool {
		return func(doc any) bool {
			reason, _ := at(doc, "reason").(string)
			return at(doc, "status", "text") == status && at(doc, "fault") == "passkey" && strings.Contains(reason, "remove the passkey")
		}
	}
	gw.await("the passkey is told", gw.facts.API+"/health?wakeup=false", asked("INIT"))
	next := code()
	if next == first {
		t.Error("the code is shown again whose secret is worth nothing any more")
	}
	gw.await("the passkey is told beside the next code", gw.facts.API+"/health?wakeup=false", asked("QR"))
	scan(200, next)
	gw.await("paired", gw.facts.API+"/health", func(doc any) bool { return at(doc, "status", "text") == "AUTH" && at(doc, "fault") == nil })
}
