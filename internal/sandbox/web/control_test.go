package web_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

const jonathans = "/sandbox/customers/" + jonathan

func TestCustomers(t *testing.T) {
	w := newWorld(t)
	added := w.ok("POST", "/sandbox/customers", `{"phone":"+49 170 1234567","name":"Maria","extra":1}`).(map[string]any)
	if added["phone"] != "491701234567" || added["name"] != "Maria" || added["platform"] != "android" {
		t.Errorf("added %v", added)
	}
	w.ok("POST", "/sandbox/customers", `{"phone":"491701234567","name":"Maria"}`)
	all := w.ok("GET", "/sandbox/customers", "").([]any)
	if len(all) != 2 || all[0].(map[string]any)["name"] != "Jonathan" {
		t.Errorf("customers %v, want Jonathan and Maria once", all)
	}
	w.refused("POST", "/sandbox/customers", `{"phone":"491701234567","name":"Eve"}`, 409, "Maria")
	w.refused("POST", "/sandbox/customers", `{"phone":"1"}`, 400, "phone", "name is missing")
	w.refused("POST", "/sandbox/customers", `{"phone":"`+businessNumber+`","name":"x"}`, 400, "business")
	w.refused("POST", "/sandbox/customers", `{"phone":5,"name":"x"}`, 400, "phone")
	w.refused("POST", "/sandbox/customers", `{`, 400)
	w.refused("POST", "/sandbox/customers", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, 413)

	set := w.ok("POST", jonathans+"/platform", `{"platform":"ios"}`).(map[string]any)
	if set["platform"] != "ios" {
		t.Errorf("platform set: %v", set)
	}
	w.refused("POST", jonathans+"/platform", `{"platform":"nokia"}`, 400, "android")
}

func TestTapQuickReply(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.send(quickReply("Header with text", "Body message", "Footer message", "Button1", "Button2"), mixed())
	m := w.messageWith("body", "Body message")
	if m["kind"] != "buttons" || m["header"] != "Header with text" || m["footer"] != "Footer message" || m["drawn"] != true ||
		m["from"] != businessNumber || len(m["warnings"].([]any)) != 0 {
		t.Errorf("message %v", m)
	}
	first := m["buttons"].([]any)[0].(map[string]any)
	if first["kind"] != "quick_reply" || first["title"] != "Button1" || first["id"] != "ButtonsV3:b1" {
		t.Errorf("first button %v", first)
	}
	press := body(map[string]any{"message_id": m["id"], "button": 1})
	answer := w.ok("POST", jonathans+"/tap", press).(map[string]any)
	got := w.received("the tap", func(m *waE2E.Message) bool { return m.GetButtonsResponseMessage() != nil })
	if r := got.GetButtonsResponseMessage(); r.GetSelectedButtonID() != "ButtonsV3:b2" || r.GetSelectedDisplayText() != "Button2" {
		t.Errorf("the business got %v", r)
	}
	if own := w.messageWith("kind", "reply"); own["id"] != answer["id"] || own["from_me"] != true {
		t.Errorf("answer %v, the phone holds %v", answer, own)
	}
	w.refused("POST", jonathans+"/tap", press, 409, "already pressed")
}

func TestTapListAndLink(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.send(burgers("Cheeseburger"), listNode())
	list := w.messageWith("kind", "list")
	if list["label"] != "Pick a hamburger!" {
		t.Errorf("list %v", list)
	}
	w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": list["id"], "row": "r2", "platform": "ios"}))
	got := w.received("the row", func(m *waE2E.Message) bool { return m.GetListResponseMessage() != nil })
	if r := got.GetListResponseMessage(); r.GetSingleSelectReply().GetSelectedRowID() != "ListV3:r2" || r.GetTitle() != "Cheeseburger" {
		t.Errorf("the business got %v", r)
	}
	w.refused("POST", jonathans+"/tap", body(map[string]any{"message_id": list["id"], "row": "r9"}), 409, "r9")

	w.send(nativeFlow("Look", "cta_url", map[string]string{"display_text": "Open", "url": "https://example.com/a?b=1"}), mixed())
	link := w.messageWith("body", "Look")
	if b := link["buttons"].([]any)[0].(map[string]any); b["kind"] != "url" || b["url"] != "https://example.com/a?b=1" {
		t.Errorf("link button %v", b)
	}
	if id := w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": link["id"], "button": 0})).(map[string]any)["id"]; id != "" {
		t.Errorf("a link sent message %v, want none", id)
	}
}

// A message with buttons but without the node beside it is acknowledged and drawn by nobody.
func TestTapNotDrawn(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.send(quickReply("H", "Nobody sees this", "F", "Yes"))
	m := w.messageWith("from", businessNumber)
	if m["drawn"] != false || len(m["warnings"].([]any)) == 0 {
		t.Errorf("message %v, want not drawn, with a reason", m)
	}
	w.refused("POST", jonathans+"/tap", body(map[string]any{"message_id": m["id"], "button": 0}), 409, "not drawn")
}

func TestTapFaults(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		body   string
		status int
		words  []string
	}{
		"nothing":    {`{}`, 400, []string{"message_id is missing", "button", "row"}},
		"both":       {`{"message_id":"x","button":0,"row":"r"}`, 400, []string{"both"}},
		"negative":   {`{"message_id":"x","button":-1,"card":-1}`, 400, []string{"button is an index", "card is an index"}},
		"platform":   {`{"message_id":"x","button":0,"platform":"pager"}`, 400, []string{"platform"}},
		"no number":  {`{"message_id":"x","button":"first"}`, 400, []string{"button"}},
		"no message": {`{"message_id":"x","button":0}`, 404, nil},
		"no json":    {`button=0`, 400, nil},
		"empty":      {``, 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *w
			inner.t = t
			inner.refused("POST", jonathans+"/tap", tc.body, tc.status, tc.words...)
		})
	}
	w.refused("POST", "/sandbox/customers/1/tap", `{}`, 404)
}

func TestWriteAndRead(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.ok("POST", jonathans+"/messages", `{"text":"Hello <b>there</b>"}`)
	w.received("the text", func(m *waE2E.Message) bool {
		return m.GetConversation() == "Hello <b>there</b>" || m.GetExtendedTextMessage().GetText() == "Hello <b>there</b>"
	})
	picture := pixel()
	sent := w.ok("POST", jonathans+"/messages", body(map[string]any{
		"media": "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture), "caption": "look",
	})).(map[string]any)
	w.received("the picture", func(m *waE2E.Message) bool { return m.GetImageMessage().GetCaption() == "look" })
	status, got := w.fetch("GET", jonathans+"/messages/"+sent["id"].(string)+"/media", "")
	if status != http.StatusOK || !bytes.Equal(got, picture) {
		t.Errorf("media answered %d with %d bytes, want the %d sent", status, len(got), len(picture))
	}

	w.send(text("Read me"))
	id := w.messageWith("body", "Read me")["id"].(string)
	w.ok("POST", jonathans+"/read", body(map[string]any{"ids": []string{id}}))
	w.message("read message", func(m map[string]any) bool { return m["id"] == id && m["status"] == "read" })
	w.ok("POST", jonathans+"/typing", `{}`)
	w.refused("GET", jonathans+"/messages/"+id+"/media", "", 404, "no media")
	w.refused("POST", jonathans+"/read", `{"ids":["a","b"]}`, 400, `"a"`, `"b"`)
	w.refused("POST", jonathans+"/messages", `{"text":"x","to":"999999999999"}`, 409, "not on WhatsApp")
}

func TestWriteFaults(t *testing.T) {
	w := newWorld(t)
	w.refused("POST", jonathans+"/messages", `{}`, 400, "no content")
	w.refused("POST", jonathans+"/messages", `{"text":"x","delete":"y","media":"%%"}`, 400, "more than one content", "not base64")
	w.refused("POST", jonathans+"/messages", `{"edit":"y","location":{"latitude":91,"longitude":0}}`, 400, "more than one", "edit needs", "90")
	w.refused("POST", jonathans+"/messages", `{"react":{"emoji":"x"}}`, 400, "react.message_id")
	w.refused("POST", jonathans+"/messages", `{"text":7}`, 400, "text")
	w.refused("GET", jonathans+"/messages/nope/media", "", 404)
}

// Media of a type that a browser would run is a download.
func TestMediaIsNoPage(t *testing.T) {
	w := newWorld(t)
	w.pair()
	for _, mime := range []string{"text/html", "image/svg+xml", "application/xhtml+xml"} {
		sent := w.ok("POST", jonathans+"/messages", body(map[string]any{
			"media": base64.StdEncoding.EncodeToString([]byte("<svg onload='alert(1)'/>")), "mime_type": mime, "file_name": "x",
		})).(map[string]any)
		r := must(http.Get(w.url + jonathans + "/messages/" + sent["id"].(string) + "/media"))(t)
		_ = r.Body.Close()
		if kind := r.Header.Get("Content-Type"); kind != "application/octet-stream" || r.Header.Get("Content-Disposition") != "attachment" {
			t.Errorf("%s is served as %s, %s", mime, kind, r.Header.Get("Content-Disposition"))
		}
	}
}

func TestGroups(t *testing.T) {
	w := newWorld(t)
	w.pair()
	made := w.ok("POST", "/sandbox/groups", `{"subject":"Launch team","members":["`+jonathan+`"]}`).(map[string]any)
	if made["subject"] != "Launch team" || !strings.HasSuffix(made["chat"].(string), "@g.us") {
		t.Errorf("group %v", made)
	}
	all := w.ok("GET", "/sandbox/groups", "").([]any)
	members := fmt.Sprint(all[0].(map[string]any)["members"])
	if len(all) != 1 || !strings.Contains(members, jonathan) || !strings.Contains(members, businessNumber) {
		t.Errorf("groups %v", all)
	}
	w.refused("POST", "/sandbox/groups", `{"owner":"x"}`, 400, "subject", "owner", "members")
	w.refused("POST", "/sandbox/groups", `{"subject":"s","members":["99999999999"]}`, 409, "not on WhatsApp")
}

func TestScan(t *testing.T) {
	w := newWorld(t)
	w.refused("POST", "/sandbox/scan", `{}`, 400, "phone is missing", "qr")
	w.refused("POST", "/sandbox/scan", `{"phone":"`+businessNumber+`","qr":"a","code":"b"}`, 400, "exclude")
	w.refused("POST", "/sandbox/scan", `{"phone":"`+businessNumber+`","qr":"nonsense"}`, 409)
	w.refused("POST", "/sandbox/scan", `{"phone":"`+businessNumber+`","code":"ABCD-EFGH"}`, 409)
	w.refused("POST", "/sandbox/scan", `{"phone":"`+jonathan+`","code":"ABCD-EFGH"}`, 409, "customer")

	w.pair()
	accounts := fmt.Sprint(w.ok("GET", "/sandbox/network", "").(map[string]any)["accounts"])
	if !strings.Contains(accounts, businessNumber+":1@s.whatsapp.net") {
		t.Errorf("accounts %s, want the paired device of %s", accounts, businessNumber)
	}
}

func TestPaths(t *testing.T) {
	w := newWorld(t)
	w.refused("GET", "/sandbox/nothing", "", 404)
	w.refused("GET", "/nothing", "", 404)
	w.refused("DELETE", "/sandbox/customers", "", 405, "GET, POST")
	w.refused("GET", "/sandbox/scan", "", 405, "POST")
	facts := w.ok("GET", "/sandbox/facts", "").(map[string]any)
	if facts["token"] != "secret" || facts["business"] != businessNumber {
		t.Errorf("facts %v", facts)
	}
	for path, kind := range map[string]string{
		"/phone": "text/html; charset=utf-8", "/phone/app.js": "text/javascript; charset=utf-8", "/phone/base.css": "text/css; charset=utf-8",
		"/": "text/html; charset=utf-8",
	} {
		r := must(http.Get(w.url + path))(t)
		_ = r.Body.Close()
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != kind {
			t.Errorf("GET %s is %d %s, want %s", path, r.StatusCode, r.Header.Get("Content-Type"), kind)
		}
	}
	w.refused("GET", "/phone/..%2f..%2fserver.go", "", 404)
	w.refused("GET", "/phone/nothing.js", "", 404)
}

// A client may show a code instead of a QR; the phone then enters it.
func TestScanCode(t *testing.T) {
	w := newWorld(t)
	b := w.unpaired()
	codes := must(b.cli.GetQRChannel(w.context()))(t)
	if err := b.cli.Connect(); err != nil {
		t.Fatal(err)
	}
	<-codes // the client may ask for a code once it could show a QR
	code := must(b.cli.PairPhone(w.context(), businessNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)"))(t)
	w.ok("POST", "/sandbox/scan", body(map[string]string{"phone": businessNumber, "code": code}))
	w.waitOnline(b)
}

func TestCardMedia(t *testing.T) {
	w := newWorld(t)
	b := w.pair()
	up := must(b.cli.Upload(w.context(), pixel(), whatsmeow.MediaImage))(t)
	w.send(carousel(up), mixed())
	m := w.messageWith("kind", "carousel")
	if cards := m["cards"].([]any); len(cards) != 2 || cards[1].(map[string]any)["body"] != "Card 2" {
		t.Errorf("cards %v", cards)
	}
	media := jonathans + "/messages/" + m["id"].(string) + "/media"
	if status, got := w.fetch("GET", media+"?card=1", ""); status != http.StatusOK || !bytes.Equal(got, pixel()) {
		t.Errorf("media of card 1 answered %d with %d bytes", status, len(got))
	}
	w.refused("GET", media+"?card=9", "", 404)
	w.refused("GET", media+"?card=x", "", 400, "index of a card")
	w.ok("POST", jonathans+"/tap", body(map[string]any{"message_id": m["id"], "card": 1, "button": 0, "platform": "web"}))
	got := w.received("the tap", func(m *waE2E.Message) bool { return m.GetTemplateButtonReplyMessage() != nil })
	if r := got.GetTemplateButtonReplyMessage(); r.GetSelectedID() != "ButtonsV3:2" || r.GetSelectedCarouselCardIndex() != 1 {
		t.Errorf("the business got %v", r)
	}
}

// pixel is a PNG of one pixel.
func pixel() []byte {
	b, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	return b
}
