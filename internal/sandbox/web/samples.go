package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
)

// samples are files for requests that need one: a JPEG of 800 x 600, three seconds of H.264 and AAC
// in MP4, 480 x 270, its index at the front, and a PDF of one page.
//
//go:embed samples
var samples embed.FS

// serveSample answers with a sample, or a part of it.
func serveSample(w http.ResponseWriter, r *http.Request) error {
	name := path.Join("samples", path.Base(r.PathValue("name")))
	if info, err := fs.Stat(samples, name); err != nil || info.IsDir() {
		return notFound("there is no such sample: there are image.jpg, video.mp4 and document.pdf")
	}
	switch path.Ext(name) { // the system's own table may lack them
	case ".jpg":
		w.Header().Set("Content-Type", "image/jpeg")
	case ".mp4":
		w.Header().Set("Content-Type", "video/mp4")
	case ".pdf":
		w.Header().Set("Content-Type", "application/pdf")
	}
	http.ServeFileFS(w, r, samples, name)
	return nil
}
