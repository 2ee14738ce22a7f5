package console_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

var imported = regexp.MustCompile(`(?m)^(?:import|export)[^'"]*from '([^']+)';|^import '([^']+)';`)

// The page is whole without any other host: each file that one of its files names is there, also those of the
// phone, and none is loaded from elsewhere.
func TestFilesAreWhole(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	res, page := v.ask("GET", "/console", "")
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	if strings.Contains(page, "<style") || regexp.MustCompile(`<script>|<script [^>]*[^/]>[^<]|\son\w+=|style=`).MatchString(page) {
		t.Error("the page has code or style of its own")
	}
	todo := []string{}
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"#]+)"`).FindAllStringSubmatch(page, -1) {
		todo = append(todo, m[1])
	}
	seen, total, packed := map[string]bool{}, 0, int64(0)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		if !strings.HasPrefix(name, "/console/") {
			t.Errorf("the page loads %s", name)
			continue
		}
		res, text := v.ask("GET", name, "")
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", name, res.StatusCode)
			continue
		}
		total += len(text)
		packed += w.packed(name)
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			todo = append(todo, path.Join(path.Dir(name), m[1]+m[2]))
		}
		for _, m := range regexp.MustCompile(`url\("?([^")]+)"?\)`).FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(name, ".css") {
				todo = append(todo, path.Join(path.Dir(name), m[1]))
			}
		}
	}
	t.Logf("%d files, %d bytes, %d of them packed", len(seen), total, packed)
	if packed > 120_000 {
		t.Errorf("the page is %d bytes on the wire", packed)
	}
}

// packed is how many bytes of a file go over the wire.
func (w *world) packed(name string) int64 {
	v := w.visitor()
	v.header.Set("Accept-Encoding", "gzip")
	_, body := v.ask("GET", name, "")
	return int64(len(body))
}

func TestFilesAreKeptByTheBrowser(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	res, _ := v.ask("GET", "/console/app.js", "")
	again := w.visitor()
	again.header.Set("If-None-Match", res.Header.Get("ETag"))
	if res, body := again.ask("GET", "/console/app.js", ""); res.StatusCode != 304 || body != "" {
		t.Errorf("%d with %d bytes", res.StatusCode, len(body))
	}
	for _, name := range []string{"/console/../api", "/console/..%2f..%2fetc/passwd", "/console/none.js", "/console/phone/"} {
		if res, body := v.ask("GET", name, ""); res.StatusCode == 200 {
			t.Errorf("%s: 200 %.60q", name, body)
		}
	}
	if res, _ := v.ask("POST", "/console/app.js", ""); res.StatusCode != 405 {
		t.Errorf("POST: %d", res.StatusCode)
	}
}
