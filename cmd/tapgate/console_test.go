package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"tapgate/internal/browsertest"
)

// daemon is a started tapgate, with the facts that it printed.
type daemon struct {
	cmd   *exec.Cmd
	facts map[string]string
}

// launch starts the binary and waits until it is ready. It is killed at the end of the test.
func launch(t *testing.T, binary string, args ...string) *daemon {
	t.Helper()
	d := &daemon{cmd: exec.CommandContext(t.Context(), binary, append(args, "--json")...)}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = t.Output()
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.kill)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &d.facts) != nil {
		t.Fatalf("%v printed %q: %v", args, line, err)
	}
	return d
}

func (d *daemon) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// ask makes a request without a token and returns the answer.
func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// An operator works the console of a live gateway: with the admin token, from an empty gateway to a message that a
// customer has, and on over a crash.
func TestConsoleOfALiveGateway(t *testing.T) {
	browsertest.Need(t)
	binary := build(t)
	net := launch(t, binary, "network", "--listen", "127.0.0.1:0")
	dir := t.TempDir()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", dir, "--network", net.facts["network"], "--network-root", net.facts["root_key"]}
	live := launch(t, binary, args...)
	admin := live.facts["admin_token"]
	if admin == "" {
		t.Fatalf("no admin token was printed: %v", live.facts)
	}
	console := live.facts["api"] + "/console"

	// No page opens it without a token, also not on the machine itself.
	for _, path := range []string{"/console/session/local", "/console/session", "/console/api/tapgate/channels"} {
		if status, body := ask(t, "POST", live.facts["api"]+path, `{}`); status == 200 || strings.Contains(body, `"local":true`) {
			t.Errorf("POST %s: %d %s", path, status, body)
		}
	}
	p := browsertest.Open(t, console, browsertest.Options{Width: 1440, Height: 900, Ready: `document.querySelector('.login') !== null`})
	p.Named("the login")
	p.Write(`.login input`, strings.Repeat("x", 43))
	p.PressText("Open the console")
	p.Until(`document.querySelector('.wrong').textContent.startsWith('This token opens nothing')`)
	p.Write(`.login input`, admin)
	p.PressText("Open the console")
	p.Until(`document.querySelector('.page-channels') !== null && document.querySelector('#who').textContent.includes('Admin')`)
	kept := browsertest.Eval[string](p, `document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })`)
	if strings.Contains(kept, admin) || strings.Contains(kept, "tapgate_console") {
		t.Errorf("scripts can read %s", kept)
	}
	// The cookie alone changes nothing: a form of another page can't set the page's header.
	if status := browsertest.Eval[int](p, `fetch('/console/api/tapgate/channels', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }).then((r) => r.status)`); status != 403 {
		t.Errorf("a request without the page's header: %d", status)
	}
	if status := browsertest.Eval[int](p, `fetch('/tapgate/channels').then((r) => r.status)`); status == 200 {
		t.Error("the cookie opens the API itself")
	}

	pairAndSend(t, p, net.facts["api"])

	// The gateway dies. The page says so, finds it again under the same address, and asks for the token anew.
	live.kill()
	p.Until(`document.querySelector('#live').dataset.state === 'off'`)
	args[2] = strings.TrimPrefix(live.facts["api"], "http://")
	launch(t, binary, args...)
	p.Until(`document.querySelector('.login') !== null`)
	p.Write(`.login input`, admin)
	p.PressText("Open the console")
	p.Until(`document.querySelector('.step[data-step="delivered"]') !== null || document.querySelector('.page-channels') !== null`)
	p.PressText("Messages")
	p.Until(`document.querySelector('.item.out') !== null`)
	p.Press(`.item.out`)
	p.Until(`document.querySelector('.step[data-step="delivered"]') !== null`)
	p.PressText("Log out")
	p.Until(`document.querySelector('.login') !== null`)
	if status := browsertest.Eval[int](p, `fetch('/console/api/tapgate/channels').then((r) => r.status)`); status != 401 {
		t.Errorf("after the logout: %d", status)
	}
}

// pairAndSend pairs the first channel with the QR code on the page, composes a message and sends it to a customer.
func pairAndSend(t *testing.T, p *browsertest.Page, network string) {
	t.Helper()
	const customer = "61371989950"
	if status, body := ask(t, "POST", network+"/sandbox/customers", `{"phone":"`+customer+`","name":"Jonathan"}`); status != 200 {
		t.Fatalf("a customer: %d %s", status, body)
	}
	p.Press(`.card-link`)
	p.Until(`document.querySelector('.qr-picture')?.naturalWidth > 100 && document.querySelector('.qr-text').textContent.length > 20`)
	qr := browsertest.Eval[string](p, `document.querySelector('.qr-text').textContent`)
	if status, body := ask(t, "POST", network+"/sandbox/scan", `{"phone":"919984351847","qr":"`+qr+`"}`); status != 200 {
		t.Fatalf("scan: %d %s", status, body)
	}
	p.Until(`document.querySelector('.heading .badge-word')?.textContent === 'connected'`)
	p.PressText("Compose")
	p.Write(`[data-path="/to"]`, customer)
	p.Write(`[data-path="/body/text"]`, "From a live gateway")
	p.Until(`document.querySelector('.preview .bubble .body')?.textContent === 'From a live gateway'`)
	p.PressText("Send")
	p.Press(`.compose-told a.link`)
	p.Until(`document.querySelector('.step[data-step="delivered"]') !== null`)
	// The phone told that it has it.
	if _, body := ask(t, "GET", network+"/sandbox/customers/"+customer+"/messages", ""); !strings.Contains(body, "From a live gateway") {
		t.Errorf("the customer has %s", body)
	}
}
