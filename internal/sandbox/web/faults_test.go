package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

var known = []string{
	"drop_connection", "cut_before_process", "cut_before_ack", "fail_login", "nack", "nack_retries", "wipe_sessions",
	"mute_pings", "restart_listener", "drain_prekeys", "webhook_fail",
}

func TestFaultsAreNamed(t *testing.T) {
	w := newWorld(t)
	listed := w.ok("GET", "/sandbox/faults", "").([]any)
	names := map[any]bool{}
	for _, f := range listed {
		f := f.(map[string]any)
		names[f["fault"]] = true
		if !strings.HasSuffix(f["does"].(string), ".") {
			t.Errorf("fault %v says %q, want a sentence", f["fault"], f["does"])
		}
	}
	for _, name := range known {
		if !names[name] {
			t.Errorf("fault %s is not listed", name)
		}
	}
	w.refused("POST", "/sandbox/faults", `{"fault":"meteor"}`, 400, known...)
	w.refused("POST", "/sandbox/faults", `{}`, 400, known...)
	w.refused("POST", "/sandbox/faults", `{"fault":"nack","phone":"x","count":-1}`, 400, "phone", "code", "count")
	w.refused("POST", "/sandbox/faults", `{"fault":"restart_listener","seconds":-1}`, 400, "seconds")
	w.refused("POST", "/sandbox/faults", `{"fault":"drop_connection","device":1}`, 400, "device")
	w.refused("POST", "/sandbox/faults", `{"fault":"wipe_sessions"}`, 400, "phone")
	w.refused("POST", "/sandbox/faults", `{"fault":"wipe_sessions","phone":"491701234567"}`, 404)
}

// Every fault can be switched on; what it then does is the network's, except for the two below.
func TestFaultsSwitchOn(t *testing.T) {
	w := newWorld(t)
	for _, f := range []string{
		`{"fault":"drop_connection"}`, `{"fault":"drop_connection","phone":"` + jonathan + `"}`,
		`{"fault":"drop_connection","phone":"` + jonathan + `","device":0}`, `{"fault":"cut_before_process","phone":"` + jonathan + `","count":2}`,
		`{"fault":"cut_before_ack"}`, `{"fault":"fail_login","code":503}`, `{"fault":"nack","code":479}`, `{"fault":"nack_retries","code":479}`,
		`{"fault":"wipe_sessions","phone":"` + jonathan + `"}`, `{"fault":"mute_pings"}`, `{"fault":"restart_listener","seconds":0.01}`,
		`{"fault":"drain_prekeys","phone":"` + jonathan + `"}`, `{"fault":"webhook_fail","status":503}`,
	} {
		w.ok("POST", "/sandbox/faults", f)
	}
}

// The number's own phone sends messages too, so the fault is on for many and then switched off.
func TestFaultNack(t *testing.T) {
	w := newWorld(t)
	b := w.pair()
	w.ok("POST", "/sandbox/faults", `{"fault":"nack","phone":"`+businessNumber+`","code":479,"count":100}`)
	to := types.NewJID(jonathan, types.DefaultUserServer)
	_, err := b.cli.SendMessage(w.context(), to, text("refused"), whatsmeow.SendRequestExtra{Timeout: patience})
	if err == nil || !strings.Contains(err.Error(), "479") {
		t.Errorf("send ended with %v, want the refusal 479", err)
	}
	w.ok("POST", "/sandbox/faults", `{"fault":"nack","phone":"`+businessNumber+`","code":479,"count":0}`)
	w.send(text("accepted"))
	w.messageWith("body", "accepted")
}

// A connection that is cut comes back, and the customer's next message passes.
func TestFaultDrop(t *testing.T) {
	w := newWorld(t)
	b := w.pair()
	w.ok("POST", "/sandbox/faults", `{"fault":"drop_connection","phone":"`+businessNumber+`","device":1}`)
	select {
	case <-b.online:
	case <-time.After(patience):
		t.Fatal("the client did not come back")
	}
	w.ok("POST", jonathans+"/messages", `{"text":"after"}`)
	w.received("the text", func(m *waE2E.Message) bool {
		return m.GetConversation() == "after" || m.GetExtendedTextMessage().GetText() == "after"
	})
}

func TestFaultWebhook(t *testing.T) {
	w := newWorld(t)
	w.ok("POST", "/sandbox/faults", `{"fault":"webhook_fail","status":503,"count":2}`)
	for _, want := range []int{503, 503, http.StatusOK} {
		if got, _ := w.fetch("POST", "/sandbox/inbox", `{}`); got != want {
			t.Errorf("inbox answered %d, want %d", got, want)
		}
	}
	if n := len(w.ok("GET", "/sandbox/webhooks", "").([]any)); n != 3 {
		t.Errorf("inbox holds %d requests, want those it refused as well", n)
	}
}
