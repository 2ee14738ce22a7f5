package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"tapgate/internal/api"
	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// shelve is a media store over a database, with the channel of the script.
func shelve(t *testing.T) *media.Service {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := channel.Channel{ID: mantis, Settings: channel.DefaultSettings()}
	if err := db.AddChannel(t.Context(), c, store.TokenHash{}); err != nil {
		t.Fatal(err)
	}
	s, err := media.New(media.Options{
		Dir: t.TempDir(), Store: db, SignKey: []byte("0123456789abcdef"), BaseURL: "http://gate.example.org",
		Limits: media.Limits{Document: 2 << 20, Image: 1 << 20, Video: 1 << 20, Audio: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(t.Context()) })
	return s
}

func startMedia(t *testing.T) (*server, *media.Service) {
	t.Helper()
	shelf := shelve(t)
	return startWith(t, func(o *api.Options) { o.Media = shelf }), shelf
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// uploaded reads the id out of the answer of an upload.
func uploaded(t *testing.T, res *http.Response) string {
	t.Helper()
	var got struct{ Media []struct{ ID string } }
	body := read(t, res)
	if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != 200 || len(got.Media) != 1 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	return got.Media[0].ID
}

// form makes a multipart body: a file in the part media, and texts.
func form(t *testing.T, file []byte, texts map[string]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if file != nil {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="media"; filename="p.jpg"`}, "Content-Type": {"image/jpeg"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range texts {
		if err := w.WriteField(name, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestUpload(t *testing.T) {
	s, _ := startMedia(t)
	file := photo(t)
	inForm, formType := form(t, file, map[string]string{"no_encode": "true"})
	asText, textType := form(t, nil, map[string]string{"media": base64.StdEncoding.EncodeToString(file)})
	encoded := base64.StdEncoding.EncodeToString(file)
	for name, try := range map[string]struct{ contentType, body string }{
		"raw":               {"image/jpeg", string(file)},
		"raw, type unknown": {"application/octet-stream", string(file)},
		"raw, type wrong":   {"application/pdf", string(file)},
		"form":              {formType, inForm},
		"form with text":    {textType, asText},
		"base64":            {"application/json", `{"media":"` + encoded + `","mime_type":"image/jpeg"}`},
		"data URI":          {"application/json; charset=utf-8", `{"media":"data:image/jpeg;name=x.jpg;base64,` + encoded + `","no_encode":true,"resource":"x"}`},
	} {
		mediaID := uploaded(t, s.ask(t, "POST", "/media", try.body, "Content-Type", try.contentType))
		if !strings.HasPrefix(mediaID, "jpeg-") {
			t.Errorf("%s: id %s", name, mediaID)
		}
		res := s.ask(t, "GET", "/media/"+mediaID, "")
		if got := read(t, res); got != string(file) || res.Header.Get("Content-Type") != "image/jpeg" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d bytes of %s", name, len(got), res.Header.Get("Content-Type"))
		}
	}
	mediaID := uploaded(t, s.ask(t, "POST", "/media?filename=my%20photo.jpg", string(file), "Content-Type", "image/jpeg"))
	again := uploaded(t, s.ask(t, "POST", "/media", `{"media":"`+mediaID+`"}`))
	if got := s.ask(t, "GET", "/media/"+again, "").Header.Get("Content-Disposition"); got != `inline; filename="my photo.jpg"` {
		t.Errorf("disposition %s", got)
	}
}

func TestUploadRefused(t *testing.T) {
	s, _ := startMedia(t)
	long := strings.Repeat("x", 2<<20+1)
	empty, emptyType := form(t, nil, nil)
	for name, try := range map[string]struct {
		contentType, body string
		status            int
		details           string
	}{
		"no media":         {"application/json", `{}`, 400, "/body must have required property 'media'"},
		"media null":       {"application/json", `{"media":null}`, 400, "media"},
		"no base64":        {"application/json", `{"media":"a*b"}`, 400, "/body/media must be a URL"},
		"file URL":         {"application/json", `{"media":"file:///etc/passwd"}`, 400, "/body/media"},
		"URL":              {"application/json", `{"media":"http://127.0.0.1/"}`, 400, "/body/media"},
		"unknown id":       {"application/json", `{"media":"jpeg-00-00"}`, 404, ""},
		"flag":             {"application/json", `{"media":"aGk=","no_encode":1}`, 400, "/body/no_encode must be boolean"},
		"broken JSON":      {"application/json", `{"media":`, 400, ""},
		"too large":        {"application/pdf", long, 413, ""},
		"too large base64": {"application/json", `{"media":"` + base64.StdEncoding.EncodeToString([]byte(long)) + `"}`, 413, ""},
		"nothing":          {"image/jpeg", "", 400, "empty"},
		"broken image":     {"image/jpeg", "\xff\xd8\xff\xe0 and nothing more", 415, ""},
		"empty form":       {emptyType, empty, 400, "must have required property 'media'"},
		"broken form":      {"multipart/form-data; boundary=x", "nonsense", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := wantProblem(t, s.ask(t, "POST", "/media", try.body, "Content-Type", try.contentType), try.status)
			if !strings.Contains(p.Details, try.details) {
				t.Errorf("%+v", p)
			}
		})
	}
	wantProblem(t, s.ask(t, "POST", "/media", "x", "Content-Type", "text/plain", "Content-Encoding", "gzip"), 415)
	if got := read(t, s.ask(t, "GET", "/media", "")); !strings.Contains(got, `"total":0`) {
		t.Errorf("what was refused is there: %s", got)
	}
}

// Two seconds are twenty times what another body may take here.
func TestSlowUpload(t *testing.T) {
	s, _ := startMedia(t)
	began := time.Now()
	line := statusLine(t, s, "POST /media HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 100\r\n"+
		"Authorization: Bearer "+goodToken+"\r\n\r\nhalf")
	if line != "HTTP/1.1 400 Bad Request" || time.Since(began) < time.Second {
		t.Error(line, time.Since(began))
	}
}

func TestRange(t *testing.T) {
	s, _ := startMedia(t)
	mediaID := uploaded(t, s.ask(t, "POST", "/media", "0123456789", "Content-Type", "text/plain"))
	res := s.ask(t, "GET", "/media/"+mediaID, "", "Range", "bytes=2-4")
	if got := read(t, res); res.StatusCode != 206 || got != "234" || res.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("%d %q %s", res.StatusCode, got, res.Header.Get("Content-Range"))
	}
	if res := s.ask(t, "GET", "/media/"+mediaID, "", "Range", "bytes=20-"); res.StatusCode != 416 {
		t.Errorf("beyond the end: %d", res.StatusCode)
	}
	tag := s.ask(t, "HEAD", "/media/"+mediaID, "").Header.Get("ETag")
	if res := s.ask(t, "GET", "/media/"+mediaID, "", "If-None-Match", tag); res.StatusCode != 304 || tag == "" {
		t.Errorf("unchanged: %d, tag %s", res.StatusCode, tag)
	}
	// Programs that say that they want JSON get the file all the same.
	if got := read(t, s.ask(t, "GET", "/media/"+mediaID, "", "Accept", "application/json")); got != "0123456789" {
		t.Errorf("%q", got)
	}
}

// A browser must not run what somebody uploaded, and a name must not become a header.
func TestNothingRuns(t *testing.T) {
	s, _ := startMedia(t)
	for name, try := range map[string]struct{ contentType, body, want string }{
		"page":    {"text/html", "<!DOCTYPE html><script>alert(1)</script>", "attachment"},
		"liar":    {"image/png", "<html><script>alert(1)</script></html>", "attachment"},
		"drawing": {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "attachment"},
		"text":    {"text/plain", "hello", "attachment"},
		"pdf":     {"application/pdf", "%PDF-1.4 x", "inline"},
	} {
		mediaID := uploaded(t, s.ask(t, "POST", "/media?filename="+url.QueryEscape("a\"\r\nSet-Cookie: x=1/../b.html"), try.body, "Content-Type", try.contentType))
		res := s.ask(t, "GET", "/media/"+mediaID, "")
		how, _, _ := strings.Cut(res.Header.Get("Content-Disposition"), ";")
		if how != try.want || strings.HasPrefix(res.Header.Get("Content-Type"), "image/png") || res.Header.Get("Set-Cookie") != "" ||
			!strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %v", name, res.Header)
		}
		if disposition := res.Header.Get("Content-Disposition"); strings.ContainsAny(disposition, "/\r\n") {
			t.Errorf("%s: disposition %q", name, disposition)
		}
	}
}

func TestListMedia(t *testing.T) {
	s, _ := startMedia(t)
	var ids []string
	for _, body := range []string{"a", "bb", "ccc"} {
		ids = append(ids, uploaded(t, s.ask(t, "POST", "/media", body, "Content-Type", "text/plain")))
	}
	var got struct {
		Files []struct {
			ID       string
			MimeType string `json:"mime_type"`
			FileSize int    `json:"file_size"`
		}
		Count, Total, Offset int
	}
	if err := json.Unmarshal([]byte(read(t, s.ask(t, "GET", "/media?count=2&offset=1&sort=asc", ""))), &got); err != nil {
		t.Fatal(err)
	}
	if got.Count != 2 || got.Total != 3 || got.Offset != 1 || got.Files[0].ID != ids[1] || got.Files[1].ID != ids[2] || got.Files[1].FileSize != 3 {
		t.Errorf("%+v", got)
	}
	for _, query := range []string{"count=0", "count=501", "count=x", "offset=-1", "sort=up", "time_from=x"} {
		if p := wantProblem(t, s.ask(t, "GET", "/media?"+query, ""), 400); !strings.HasPrefix(p.Details, "/query/") {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

func TestDeleteMedia(t *testing.T) {
	s, _ := startMedia(t)
	mediaID := uploaded(t, s.ask(t, "POST", "/media", "a", "Content-Type", "text/plain"))
	if got := read(t, s.ask(t, "DELETE", "/media/"+mediaID, "")); got != `{"success":true}` {
		t.Error(got)
	}
	for _, path := range []string{mediaID, "jpeg-00-00", "nonsense", "..%2F..%2Fetc%2Fpasswd", "media_init"} {
		for _, method := range []string{"GET", "DELETE"} {
			if p := wantProblem(t, s.ask(t, method, "/media/"+path, ""), 404); p.Message != "specified media not found" {
				t.Errorf("%s %s: %+v", method, path, p)
			}
		}
	}
}

func TestLink(t *testing.T) {
	s, shelf := startMedia(t)
	mediaID := uploaded(t, s.ask(t, "POST", "/media", "hello", "Content-Type", "text/plain"))
	link, err := shelf.Link(t.Context(), mantis, mediaID)
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link, "http://gate.example.org")
	// Without the checks of the document: a link is no part of it.
	get := func(path string) (int, string) {
		res, err := http.Get(s.URL + path)
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
	if status, body := get(path); status != 200 || body != "hello" {
		t.Errorf("%d %s", status, body)
	}
	for _, wrong := range []string{
		strings.Replace(path, string(mantis), "HERON-AAAAA", 1), strings.Replace(path, "e=", "e=9", 1), strings.Replace(path, "s=", "s=x", 1),
		strings.SplitN(path, "?", 2)[0], "/files/" + string(mantis) + "/..%2f..%2fetc", "/files/x/y?token=" + goodToken,
	} {
		if status, body := get(wrong); status != 404 || strings.Contains(body, "hello") {
			t.Errorf("%s: %d %s", wrong, status, body)
		}
	}
}

// TestReadReceived: a file that came in is fetched when somebody asks for it, once.
func TestReadReceived(t *testing.T) {
	s, shelf := startMedia(t)
	file := photo(t)
	received := id.Media("jpeg-3a0102030405060708090a-821c0e4a1b2c3d")
	s.gate.fetch = func(ch id.Channel, m id.Media) (message.Media, error) {
		return shelf.Keep(t.Context(), ch, message.Media{As: message.Image, ID: string(m)}, bytes.NewReader(file))
	}
	for range 2 {
		res := s.ask(t, "GET", "/media/"+string(received), "")
		if got := read(t, res); res.StatusCode != 200 || got != string(file) {
			t.Fatalf("%d, %d bytes", res.StatusCode, len(got))
		}
	}
	if len(s.gate.fetched) != 1 || s.gate.fetched[0] != received {
		t.Errorf("fetched %v", s.gate.fetched)
	}
	if res := s.ask(t, "GET", "/media/nonsense", ""); res.StatusCode != 404 || len(s.gate.fetched) != 1 {
		t.Errorf("%d, fetched %v", res.StatusCode, s.gate.fetched)
	}
}
