package docs

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"

	"tapgate/internal/pageguard"
	"tapgate/internal/whapi"
)

//go:embed static
var static embed.FS

// Files returns what is served, by its path: the page and what it is made of under /docs, and the
// document at /openapi.yaml and /openapi.json.
func Files() map[string]http.Handler {
	read := sync.OnceValues(func() (object, error) { return parse(whapi.OpenAPI()) })
	files := map[string]http.Handler{
		"/openapi.yaml": file("application/yaml; charset=utf-8", func() ([]byte, error) { return whapi.OpenAPI(), nil }),
		"/openapi.json": file("application/json; charset=utf-8", func() ([]byte, error) {
			root, err := read()
			return []byte(printJSON(root) + "\n"), err
		}),
		"/docs": file("text/html; charset=utf-8", func() ([]byte, error) {
			root, err := read()
			if err != nil {
				return nil, err
			}
			return render(root)
		}),
	}
	for name, kind := range map[string]string{
		"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "mark.svg": "image/svg+xml",
	} {
		files["/docs/"+name] = file(kind, func() ([]byte, error) { return fs.ReadFile(static, path.Join("static", name)) })
	}
	return files
}

// file serves what make returns, which is asked once.
func file(kind string, produce func() ([]byte, error)) http.Handler {
	made := sync.OnceValues(produce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := made()
		if err != nil {
			// The document is part of the program, so a test would have seen this.
			panic(fmt.Errorf("documentation: %w", err))
		}
		sum := sha256.Sum256(b)
		h := w.Header()
		pageguard.Harden(h)
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "no-cache") // asks each time, and is told "not modified"
		h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	})
}
