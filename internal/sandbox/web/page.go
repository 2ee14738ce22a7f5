package web

import (
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// Page returns the files that the page is made of. The console draws its previews with the same modules.
func Page() fs.FS {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // embedded: every test of the page reads it
	}
	return files
}

// servePage answers /phone with the page, and /phone/<file> with the files that it is made of.
func servePage() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.Trim(strings.TrimPrefix(r.URL.Path, "/phone"), "/")
		if name == "" {
			name = "index.html"
		}
		b, err := fs.ReadFile(static, path.Join("static", path.Clean("/"+name)))
		if err != nil {
			writeProblem(w, notFound("the page has no such file"))
			return
		}
		w.Header().Set("Content-Type", fileType(name))
		_, _ = w.Write(b)
	})
}

// fileType knows the page's own files: the table of the system may be missing or wrong, and a
// browser runs no module whose type is not exact.
func fileType(name string) string {
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
	return mime.TypeByExtension(path.Ext(name))
}
