package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"tapgate/internal/sandbox/web"
)

//go:embed static
var static embed.FS

// rendererPath is where the modules stand that draw a message. They are those of the browser phone,
// not a copy of them: a preview that has a renderer of its own shows nothing but itself.
const rendererPath = "phone/"

// file is a file of the page as it is sent.
type file struct {
	plain, packed []byte // packed is gzip; nil where it saves nothing
	mediaType     string
	tag           string
}

// files serves what the page is made of.
type files struct {
	all map[string]file // by its path below Root
}

// newFiles reads and packs everything once: it is a few hundred kilobytes.
func newFiles() files {
	f := files{all: map[string]file{}}
	f.read(must(fs.Sub(static, "static")), "")
	f.read(web.Page(), rendererPath)
	return f
}

func must(fsys fs.FS, err error) fs.FS {
	if err != nil {
		panic(err) // embedded: a test serves it
	}
	return fsys
}

func (f files) read(from fs.FS, below string) {
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		f.all[below+name] = newFile(name, b)
		return nil
	})
	if err != nil {
		panic(err) // embedded: a test serves it
	}
}

func newFile(name string, b []byte) file {
	sum := sha256.Sum256(b)
	out := file{plain: b, mediaType: mediaType(name), tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = z.Write(b)
	_ = z.Close() // nothing fails in memory
	if packed.Len() < len(b) {
		out.packed = packed.Bytes()
	}
	return out
}

// ServeHTTP implements http.Handler.
func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "The files of the console can only be read", "")
		return
	}
	name := strings.Trim(strings.TrimPrefix(r.URL.Path, Root), "/")
	if name == "" {
		name = "index.html"
	}
	one, ok := f.all[name]
	if !ok {
		refuse(w, http.StatusNotFound, "The console has no such file", "")
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.mediaType)
	h.Set("Cache-Control", "no-cache") // ask each time whether it is still the same
	h.Set("ETag", one.tag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), one.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if one.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(one.packed)
		return
	}
	_, _ = w.Write(one.plain)
}

// mediaType knows the page's own files: the table of the system may be missing or wrong, and a
// browser runs no module whose type is not exact.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
