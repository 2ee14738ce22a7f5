package console_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// example returns a literal payload of the dialect's help page.
func example(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "whapi", "testdata", "help", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func draft(path, request string) string {
	b, _ := json.Marshal(map[string]any{"path": path, "request": json.RawMessage(request)})
	return string(b)
}

// What the preview draws is what the phones draw of the message that is sent.
func TestPreviewIsWhatThePhoneDraws(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	for _, name := range []string{"request-quick-reply.json", "request-call-and-url.json", "request-copy-code.json", "request-list.json"} {
		body := example(t, name)
		shown := v.must(200, "POST", "/console/preview", draft("/messages/interactive", body))
		sent := v.must(200, "POST", "/console/api/messages/interactive", body)
		id, _ := at(sent, "message", "id").(string)
		for _, platform := range []string{"android", "ios", "web"} {
			v.must(200, "POST", "/sandbox/customers/61371989950/platform", `{"platform":"`+platform+`"}`)
			held := w.held(id)
			for _, field := range []string{"kind", "header", "body", "footer", "buttons", "label", "sections", "drawn", "warnings", "notes"} {
				got, _ := json.Marshal(at(shown, "clients", platform, field))
				want, _ := json.Marshal(at(held, field))
				if string(got) != string(want) {
					t.Errorf("%s on %s: %s is %s in the preview, %s on the phone", name, platform, field, got, want)
				}
			}
		}
	}
}

// held waits for a message on Jonathan's phone.
func (w *world) held(id string) any {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		list, _ := w.direct(200, "GET", "/sandbox/customers/"+jonathan+"/messages", "").([]any)
		for _, m := range list {
			if at(m, "id") == id {
				return m
			}
		}
	}
	w.t.Fatalf("the phone has no message %s", id)
	return nil
}

func TestPreviewOfWhatTheAPIRefuses(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	doc := v.must(200, "POST", "/console/preview", draft("/messages/interactive",
		`{"to":"61371989950","type":"button","body":{"text":""},"action":{"buttons":[{"type":"quick_reply","title":"`+strings.Repeat("x", 26)+`","id":"a"}]}}`))
	var paths []string
	list, _ := at(doc, "problems").([]any)
	for _, p := range list {
		text, _ := at(p, "path").(string)
		paths = append(paths, text)
	}
	all := strings.Join(paths, " ")
	if !strings.Contains(all, "/body/text") || !strings.Contains(all, "/action/buttons/0/title") || at(doc, "clients") != nil {
		t.Errorf("%v", doc)
	}
	for _, bad := range []string{`{`, `[]`, `{"path":"/health","request":{}}`, draft("/messages/carousel", `{}`)} {
		if res, text := v.ask("POST", "/console/preview", bad); res.StatusCode >= 500 || strings.Contains(text, `"clients":{`) {
			t.Errorf("%s: %d %s", bad, res.StatusCode, text)
		}
	}
}

// A preview sends nothing and fetches nothing.
func TestPreviewOfFilesElsewhere(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	v.login(w.facts.Token)
	doc := v.must(200, "POST", "/console/preview", draft("/messages/carousel", example(t, "request-carousel.json")))
	if at(doc, "clients", "android", "kind") != "carousel" || at(doc, "clients", "android", "drawn") != true {
		t.Errorf("%v", doc)
	}
	if at(doc, "clients", "android", "cards", 0, "media", "kind") != "image" {
		t.Errorf("the card shows %v", at(doc, "clients", "android", "cards", 0, "media"))
	}
	list, _ := at(v.must(200, "GET", "/console/api/messages/list", ""), "messages").([]any)
	if len(list) != 0 {
		t.Errorf("%d messages were sent", len(list))
	}
}
