package web_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"tapgate/internal/sandbox/web"
)

func TestGuard(t *testing.T) {
	handler := web.New(web.Options{})
	for _, tc := range []struct {
		name, method, remote, host, header, value string
		want                                      int
	}{
		{"this machine", "DELETE", "127.0.0.1:5", "127.0.0.1:8080", "", "", 200},
		{"this machine by IPv6", "DELETE", "[::1]:5", "[::1]:8080", "", "", 200},
		{"mapped address", "DELETE", "[::ffff:127.0.0.1]:5", "localhost", "", "", 200},
		{"another loopback name", "DELETE", "127.0.0.1:5", "tapgate.localhost:80", "", "", 200},
		{"own page", "DELETE", "127.0.0.1:5", "localhost:8080", "Origin", "http://localhost:8080", 200},
		{"own page, by fetch metadata", "DELETE", "127.0.0.1:5", "localhost:8080", "Sec-Fetch-Site", "same-origin", 200},
		{"link from elsewhere", "GET", "127.0.0.1:5", "localhost:8080", "Sec-Fetch-Site", "cross-site", 200},

		{"another machine", "DELETE", "192.168.1.9:5", "127.0.0.1:8080", "", "", 403},
		{"another machine, reading", "GET", "10.0.0.1:5", "127.0.0.1:8080", "", "", 403},
		{"no address", "GET", "", "127.0.0.1:8080", "", "", 403},
		{"rebound name", "GET", "127.0.0.1:5", "evil.example:8080", "", "", 403},
		{"name that begins like one", "GET", "127.0.0.1:5", "localhost.evil.example", "", "", 403},
		{"address that begins like one", "GET", "127.0.0.1:5", "127.0.0.1.evil.example", "", "", 403},
		{"no host", "GET", "127.0.0.1:5", "", "", "", 403},
		{"public address as host", "GET", "127.0.0.1:5", "93.184.216.34", "", "", 403},
		{"other site", "DELETE", "127.0.0.1:5", "localhost:8080", "Origin", "https://evil.example", 403},
		{"other port", "DELETE", "127.0.0.1:5", "localhost:8080", "Origin", "http://localhost:3000", 403},
		{"sandboxed frame", "DELETE", "127.0.0.1:5", "localhost:8080", "Origin", "null", 403},
		{"cross-site", "DELETE", "127.0.0.1:5", "localhost:8080", "Sec-Fetch-Site", "cross-site", 403},
		{"same-site", "DELETE", "127.0.0.1:5", "localhost:8080", "Sec-Fetch-Site", "same-site", 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(tc.method, "/sandbox/webhooks", nil)
			r.RemoteAddr, r.Host = tc.remote, tc.host
			if tc.header != "" {
				r.Header.Set(tc.header, tc.value)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("answered %d, want %d: %s", w.Code, tc.want, w.Body)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	handler := web.New(web.Options{})
	for _, path := range []string{"/phone", "/phone/app.js", "/sandbox/webhooks", "/nothing"} {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:5", "localhost"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		policy := w.Header().Get("Content-Security-Policy")
		want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
			"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if policy != want {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s has the headers %v", path, w.Header())
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5", "localhost"
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusFound || w.Header().Get("Location") != "/phone" {
		t.Errorf("/ answers %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// The page makes elements one by one: nothing in its files may turn text into markup or code, load
// from elsewhere, or need an exception in the policy.
func TestPageParsesNoMarkup(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|createContextualFragment|srcdoc|setTimeout\(\s*['"` + "`" + `]|javascript:`)
	elsewhere := regexp.MustCompile(`(?i)(src|href|url\(|import|from)[ =('"]+(https?:)?//`)
	inline := regexp.MustCompile(`(?i)<script>|<style|\son\w+=|\sstyle=`)
	files := os.DirFS("static")
	count := 0
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if found := forbidden.Find(b); found != nil && strings.HasSuffix(path, ".js") {
			t.Errorf("%s uses %s", path, found)
		}
		if found := elsewhere.Find(b); found != nil {
			t.Errorf("%s loads from elsewhere: %s", path, found)
		}
		if found := inline.Find(b); found != nil && strings.HasSuffix(path, ".html") {
			t.Errorf("%s has inline script or style: %s", path, found)
		}
		return nil
	})
	if err != nil || count < 15 {
		t.Fatalf("looked at %d files: %v", count, err)
	}
}
