package web_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tapgate/internal/sandbox/web"
)

func TestSamples(t *testing.T) {
	server := web.New(web.Options{})
	fetch := func(path, part string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:5", "127.0.0.1:8080"
		if part != "" {
			r.Header.Set("Range", part)
		}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		return w
	}
	const at = "/sandbox/samples/"
	for name, want := range map[string]struct{ mediaType, magic string }{
		"image.jpg":    {"image/jpeg", "\xff\xd8\xff"},
		"video.mp4":    {"video/mp4", "\x00\x00\x00\x20ftypisom"},
		"document.pdf": {"application/pdf", "%PDF-"},
	} {
		res := fetch(at+name, "")
		if res.Code != 200 || res.Header().Get("Content-Type") != want.mediaType || !strings.HasPrefix(res.Body.String(), want.magic) {
			t.Errorf("%s: %d, %q, %.12q", name, res.Code, res.Header().Get("Content-Type"), res.Body)
		}
		if res.Body.Len() > 100_000 {
			t.Errorf("%s has %d bytes", name, res.Body.Len())
		}
		if part := fetch(at+name, "bytes=1-4"); part.Code != 206 || part.Body.String() != res.Body.String()[1:5] {
			t.Errorf("%s: %d, %q", name, part.Code, part.Body)
		}
	}
	picture, err := jpeg.DecodeConfig(bytes.NewReader(fetch(at+"image.jpg", "").Body.Bytes()))
	if err != nil || picture.Width != 800 || picture.Height != 600 {
		t.Errorf("image.jpg: %v, %d x %d", err, picture.Width, picture.Height)
	}
	if video := fetch(at+"video.mp4", "").Body.String(); strings.Index(video, "moov") > strings.Index(video, "mdat") {
		t.Error("the index of video.mp4 is not at its front")
	}
	for _, name := range []string{"", "other.jpg", "%2e%2e", "..%2fstatic%2findex.html"} {
		if res := fetch(at+name, ""); res.Code != 404 {
			t.Errorf("%q: %d", name, res.Code)
		}
	}
}
