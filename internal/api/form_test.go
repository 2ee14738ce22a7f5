package api_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"tapgate/internal/message"
)

const oneReply = `{"buttons":[{"type":"quick_reply","title":"Yes","id":"yes"}]}`

// TestSendForm: the file of a form is in the media store before the gateway hears of the message, which
// names it by its id.
func TestSendForm(t *testing.T) {
	s, shelf := startMedia(t)
	file := photo(t)
	body, contentType := form(t, file, map[string]string{"to": "61371989950", "body": `{"text":"b"}`, "action": oneReply, "no_encode": "true"})
	res := s.ask(t, "POST", "/messages/interactive", body, "Content-Type", contentType)
	if res.StatusCode != 200 || len(s.gate.drafts) != 1 {
		t.Fatalf("%d %s", res.StatusCode, read(t, res))
	}
	src := s.gate.drafts[0].Content.(message.Interactive).Media.Source
	if src.ID == "" || src.Data != nil || !src.NoEncode {
		t.Fatalf("source %+v", src)
	}
	f, err := shelf.Open(t.Context(), mantis, src.ID)
	if err != nil || f.Media.Size != int64(len(file)) || f.Media.FileName != "p.jpeg" && f.Media.FileName != "p.jpg" {
		t.Fatalf("%+v, %v", f.Media, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestSendFormRefused(t *testing.T) {
	s, _ := startMedia(t)
	for name, try := range map[string]struct {
		texts   map[string]string
		details []string
	}{
		"nothing":    {nil, []string{"/body must have required property 'to'", "/body must have required property 'action'"}},
		"no JSON":    {map[string]string{"to": "61371989950", "body": "b", "action": oneReply}, []string{"/body/body must be one JSON object"}},
		"twice":      {map[string]string{"to": "61371989950", "body": `{"text":"b"}`, "action": oneReply, "media": "https://a.example"}, []string{"/body/media must NOT be there twice"}},
		"everything": {map[string]string{"to": "x", "action": "[", "width": "wide"}, []string{"/body/to must match pattern", "/body/action must be one JSON object", "/body/width must be number"}},
	} {
		body, contentType := form(t, photo(t), try.texts)
		p := wantProblem(t, s.ask(t, "POST", "/messages/interactive", body, "Content-Type", contentType), 400)
		for _, want := range try.details {
			if !strings.Contains(p.Details, want) {
				t.Errorf("%s: %q does not say %q", name, p.Details, want)
			}
		}
	}
	body, contentType := form(t, nil, map[string]string{"to": "61371989950"})
	wantProblem(t, s.ask(t, "POST", "/messages/text", body[:len(body)-9], "Content-Type", contentType), 400)
	other := strings.Replace(body, `name="to"`, `name="picture"; filename="a.jpg"`, 1)
	if p := wantProblem(t, s.ask(t, "POST", "/messages/interactive", other, "Content-Type", contentType), 400); !strings.Contains(p.Details, "/body/picture must NOT be a file") {
		t.Errorf("%+v", p)
	}
	if len(s.gate.drafts) != 0 {
		t.Error("something was sent")
	}
}

// TestSendBase64: a file in base64 does not stay in memory while the message waits for its ack.
func TestSendBase64(t *testing.T) {
	s, _ := startMedia(t)
	body := `{"to":"61371989950","body":{"text":"b"},"action":` + oneReply + `,"media":"` + base64.StdEncoding.EncodeToString(photo(t)) + `"}`
	if res := s.ask(t, "POST", "/messages/interactive", body); res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, read(t, res))
	}
	if src := s.gate.drafts[0].Content.(message.Interactive).Media.Source; src.ID == "" || src.Data != nil {
		t.Errorf("source %+v", src)
	}
}

// TestKeyOfForm: a repeated form has another boundary and is the same request; another file makes
// another request.
func TestKeyOfForm(t *testing.T) {
	s, _ := startMedia(t)
	texts := map[string]string{"to": "61371989950", "body": `{"text":"b"}`, "action": oneReply}
	for _, file := range [][]byte{photo(t), photo(t), append(photo(t), 0)} {
		body, contentType := form(t, file, texts)
		if res := s.ask(t, "POST", "/messages/interactive", body, "Content-Type", contentType, "Idempotency-Key", "order-17"); res.StatusCode != 200 {
			t.Fatalf("%d %s", res.StatusCode, read(t, res))
		}
	}
	d := s.gate.drafts
	if d[0].Key.Name != "order-17" || d[0].Key != d[1].Key || d[0].Key == d[2].Key {
		t.Errorf("keys %x, %x, %x", d[0].Key.Request, d[1].Key.Request, d[2].Key.Request)
	}
}

// TestSlowBodies: a body that stops on its way is given up, also one that may be large, and a form.
func TestSlowBodies(t *testing.T) {
	s, _ := startMedia(t)
	for name, head := range map[string]string{
		"JSON": "POST /messages/interactive HTTP/1.1\r\nContent-Length: 90000000\r\n",
		"form": "POST /messages/carousel HTTP/1.1\r\nContent-Length: 90000000\r\nContent-Type: multipart/form-data; boundary=b\r\n",
		"raw":  "POST /media HTTP/1.1\r\nContent-Length: 90000000\r\nContent-Type: video/mp4\r\n",
	} {
		line := statusLine(t, s, head+"Host: x\r\nAuthorization: Bearer "+goodToken+"\r\n\r\n--b\r\n")
		if line != "HTTP/1.1 400 Bad Request" {
			t.Errorf("%s: %s", name, line)
		}
	}
}
