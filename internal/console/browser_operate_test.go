package console_test

import (
	"fmt"
	"strings"
	"testing"

	"tapgate/internal/browsertest"
)

const heading = `document.querySelector('.heading .badge-word')?.textContent`

// A new channel is paired with the code that the page shows, typed into its phone.
func TestBrowserPairsByCode(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(360, 740, "#/channels")
	p.PressText("Add a channel")
	p.Write(`.ask input`, "by code")
	p.PressText("Add")
	p.PressText("Go on to pairing")
	p.Until(`document.querySelector('.qr-text')?.textContent.length > 20`)
	p.Exec(`(document.querySelector('.pair-steps details').open = true)`)
	p.Write(`.pair-form input`, "not a number")
	p.PressText("Get a code")
	p.Until(`document.querySelector('.toast-note.tone-bad') !== null`)
	p.Write(`.pair-form input`, "+44 7700 900123")
	p.PressText("Get a code")
	p.Until(`document.querySelector('.pair-code').textContent.length >= 8`)
	p.Fits("pairing")
	p.Named("pairing")
	code := browsertest.Eval[string](p, `document.querySelector('.pair-code').textContent`)
	w.direct(200, "POST", "/sandbox/scan", `{"phone":"447700900123","code":"`+code+`"}`)
	p.Until(heading + ` === 'connected' && document.querySelector('.pair') === null`)
}

// What can't be undone is asked first, and leaving the question changes nothing.
func TestBrowserUnpairsAndRemoves(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("overview"))
	ask := func(verb string) {
		p.PressText(verb)
		p.Until(`document.querySelector('dialog[open].ask') !== null && document.activeElement.textContent === 'Cancel'`)
	}
	ask("Unpair")
	p.Keys("\x1b")
	p.Until(`document.querySelector('dialog') === null`)
	ask("Unpair")
	p.PressText("Cancel")
	p.Until(`document.querySelector('dialog') === null`)
	if state := at(w.direct(200, "GET", "/tapgate/channels/"+w.facts.ChannelID, ""), "state"); state != "connected" {
		t.Fatalf("the channel is %v although nobody said yes", state)
	}
	ask("Unpair")
	p.PressText("Unpair")
	p.Until(`document.querySelector('.pair') !== null && document.querySelector('.heading p').textContent === 'Not paired'`)
	if state := at(w.direct(200, "GET", "/tapgate/channels/"+w.facts.ChannelID, ""), "state"); state == "connected" {
		t.Error("the page says that the channel is not paired, and it is connected")
	}
	ask("Remove")
	p.PressText("Remove")
	p.Until(`document.querySelector('.page-channels .empty-title')?.textContent === 'No channel yet'`)
	w.direct(404, "GET", "/health", "") // the token went with it
}

// Name and about text are changed, and each alone.
func TestBrowserChangesTheProfile(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("overview"))
	p.Exec(`([...document.querySelectorAll('.fold > summary')].find((s) => s.textContent === 'Profile').click())`)
	p.Until(`document.querySelector('[data-path="/name"]')?.value.length > 0`)
	before := w.direct(200, "GET", "/users/profile", "")
	p.Named("the profile")
	p.Write(`[data-path="/about"]`, "Open until <b>six</b>")
	if got := browsertest.Eval[string](p, `document.querySelector('[data-path="/about"]').closest('.labelled').querySelector('.counter').textContent`); got != "21 / 139" {
		t.Errorf("the counter says %q", got)
	}
	p.PressText("Save")
	p.Until(`document.querySelector('.toast-note')?.textContent.startsWith('Saved')`)
	after := w.direct(200, "GET", "/users/profile", "")
	if at(after, "about") != "Open until <b>six</b>" || at(after, "name") != at(before, "name") {
		t.Errorf("the profile is %v, was %v", after, before)
	}
	p.Write(`[data-path="/name"]`, "ab") // too short
	p.PressText("Save")
	p.Until(`document.querySelector('.toast-note.tone-bad')?.textContent.includes('/body/name')`)
	p.Write(`[data-path="/name"]`, "Corner shop")
	p.PressText("Save")
	p.Until(`document.querySelector('.toast-note:not(.tone-bad)')?.textContent.startsWith('Saved')`)
	if got := at(w.direct(200, "GET", "/users/profile", ""), "name"); got != "Corner shop" {
		t.Errorf("the name is %v", got)
	}
	p.Until(`document.querySelector('[data-path="/name"]').value === 'Corner shop'`)
	p.upload(`.profile input[type=file]`, "image.jpg")
	p.PressText("Save")
	p.Until(`document.querySelector('.profile .link')?.textContent === 'See the picture there is'`)
	if got, _ := at(w.direct(200, "GET", "/users/profile", ""), "icon_full").(string); got == "" || got != browsertest.Eval[string](p, `document.querySelector('.profile .link').href`) {
		t.Errorf("the picture is at %q", got)
	}
	p.Picture("profile")
}

// Each setting is changed alone, and all of the dialect are told with what they do.
func TestBrowserChangesSettings(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	w.direct(200, "PATCH", "/settings", `{"media":{"init_avatars":true},"data_mode":"<b>x</b>"}`)
	before := w.direct(200, "GET", "/settings", "")
	p := w.browse(1440, 900, w.page("overview"))
	p.Exec(`([...document.querySelectorAll('.fold > summary')].find((s) => s.textContent === 'Settings').click())`)
	const box = `[...document.querySelectorAll('.settings .tick')].find((t) => t.textContent.startsWith('%'))?.querySelector('input')`
	of := func(label string) string { return strings.ReplaceAll(box, "%", label) }
	p.Until(of("video") + ` !== undefined`)
	p.Exec(`(document.querySelector('.idle').open = true)`)
	p.Fits("the settings")
	p.Named("the settings")
	p.Picture("settings")
	for _, label := range []string{"image", "video", "Mark as read"} {
		p.Exec(`(` + of(label) + `.click())`)
	}
	p.PressText("Save")
	p.Until(`document.querySelector('.toast-note')?.textContent === 'Saved: Mark as read what customers write, Files'`)
	after := w.direct(200, "GET", "/settings", "")
	if at(after, "media", "auto_download", 0) != "image" || at(after, "media", "auto_download", 1) != "video" || at(after, "media", "init_avatars") != true || at(after, "auto_read_messages") != true {
		t.Errorf("the settings are %v", after)
	}
	was, now := before.(map[string]any), after.(map[string]any)
	for _, field := range []string{"callback_backoff_delay_ms", "max_callback_backoff_delay_ms", "webhooks", "data_mode"} {
		if got, want := fmt.Sprint(now[field]), fmt.Sprint(was[field]); got != want {
			t.Errorf("%s is %s, was %s", field, got, want)
		}
	}
	// All settings of the dialect stand there, those without effect apart.
	shown := browsertest.Eval[string](p, `document.querySelector('.settings').textContent`)
	for _, name := range []string{"callback_persist", "full_history", "pdo_sync", "mobile_proxy", "mock_pairing_code", "ignored_presences", "data_mode", "on_call_pager", "pass_through", "sent_status", "media.init_avatars", "Proxy", "Messages per minute"} {
		if !strings.Contains(shown, name) {
			t.Errorf("%s is missing in %q", name, shown)
		}
	}
	if !strings.Contains(shown, `data_mode"<b>x</b>"`) {
		t.Errorf("the value of a setting without effect is not told in %q", shown)
	}
}

// The counts follow what happens, and a failure is told with its reason.
func TestBrowserCountsAndTellsFailures(t *testing.T) {
	browsertest.Need(t)
	w := newWorld(t)
	p := w.browse(1440, 900, w.page("overview"))
	const count = `document.querySelector('[data-count="%"] .count-value')?.textContent`
	of := func(name string) string { return strings.ReplaceAll(count, "%", name) }
	p.Until(of("sent") + ` === '0' && ` + of("received") + ` === '0'`)
	w.direct(200, "POST", "/messages/text", `{"to":"`+jonathan+`","body":"one"}`)
	w.direct(200, "POST", "/sandbox/customers/"+jonathan+"/messages", `{"text":"two"}`)
	p.Until(of("sent") + ` === '1' && ` + of("received") + ` === '1' && ` + of("failed") + ` === '0'`)
	if browsertest.Eval[bool](p, `document.querySelector('.wrongs').checkVisibility()`) {
		t.Error("something went wrong, says the page, and nothing did")
	}
	// WhatsApp refuses the next message.
	w.direct(200, "POST", "/sandbox/faults", `{"fault":"nack","phone":"919984351847","code":479,"count":1}`)
	if res, _ := w.program().ask("POST", "/messages/text", `{"to":"`+jonathan+`","body":"<b>three</b>"}`); res.StatusCode == 200 {
		t.Error("a message that WhatsApp refuses is taken")
	}
	p.Until(of("failed") + ` === '1' && document.querySelector('.wrong-reason')?.textContent.includes('malformed')`)
	if got := browsertest.Eval[string](p, `document.querySelector('.wrong-title').textContent`); !strings.HasSuffix(got, ": <b>three</b>") {
		t.Errorf("the failure is called %q", got)
	}
	p.Picture("counts")
	p.Press(`.wrong-row`)
	p.Until(`document.querySelector('.step[data-step="failed"]') !== null`)
}
