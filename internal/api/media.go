package api

import (
	"context"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

// Media is what the API needs of the media store. Errors for the user are faults.
type Media interface {
	Put(ctx context.Context, ch id.Channel, r io.Reader, o media.PutOptions) (message.Media, error)
	Obtain(ctx context.Context, ch id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error)
	Open(ctx context.Context, ch id.Channel, mediaID string) (media.File, error)
	OpenSigned(ctx context.Context, urlPath string, query url.Values) (media.File, error)
	List(ctx context.Context, ch id.Channel, q store.FileQuery) (files []store.File, total int, err error)
	Delete(ctx context.Context, ch id.Channel, mediaID string) error
}

func (s *Server) mediaRoutes() []Route {
	return []Route{
		{http.MethodPost, "/media", s.upload},
		{http.MethodGet, "/media", s.listMedia},
		{http.MethodGet, "/media/{MediaID}", s.readMedia},
		{http.MethodDelete, "/media/{MediaID}", s.deleteMedia},
	}
}

// linkPattern is where files are fetched without a token, by links that are signed.
const linkPattern = "/files/{Channel}/{File}"

// mountLinks serves signed links. They open one file each and are no part of the route table.
func (s *Server) mountLinks() {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		s.methods[linkPattern] = append(s.methods[linkPattern], method)
		s.mux.MethodFunc(method, linkPattern, s.readLink)
	}
}

func (s *Server) listMedia(c call) (answer, error) {
	p, err := whapi.DecodePaging(c.URL.Query())
	if err != nil {
		return answer{}, err
	}
	rows, total, err := s.Media.List(c.Context(), c.channel, store.FileQuery{
		Offset: p.Offset, Count: p.Count, From: p.From, To: p.To, OldestFirst: p.OldestFirst,
	})
	if err != nil {
		return answer{}, err
	}
	files := make([]whapi.File, len(rows))
	for i, row := range rows {
		files[i] = whapi.File{Media: row.Media, At: row.At}
	}
	return asJSON(whapi.EncodeFiles(files, total, p))
}

func (s *Server) readMedia(c call) (answer, error) {
	mediaID, err := c.param("MediaID")
	if err != nil {
		return answer{}, err
	}
	f, err := s.openMedia(c, mediaID)
	if err != nil {
		return answer{}, err
	}
	return answer{file: &f}, nil
}

// openMedia opens a file. One that came in with a message and is not here yet is fetched first.
func (s *Server) openMedia(c call, mediaID string) (media.File, error) {
	f, err := s.Media.Open(c.Context(), c.channel, mediaID)
	m, malformed := id.ParseMedia(mediaID)
	if !fault.Is(err, fault.NotFound) || malformed != nil {
		return f, err
	}
	if _, err := s.Gateway.FetchMedia(c.Context(), c.channel, m); err != nil {
		return f, err
	}
	return s.Media.Open(c.Context(), c.channel, mediaID)
}

func (s *Server) readLink(w http.ResponseWriter, r *http.Request) {
	path, err := url.PathUnescape(tidyPath(r.URL))
	if err != nil {
		s.notFound(w, r)
		return
	}
	f, err := s.Media.OpenSigned(r.Context(), path, r.URL.Query())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	serveFile(w, r, f)
}

func (s *Server) deleteMedia(c call) (answer, error) {
	mediaID, err := c.param("MediaID")
	if err != nil {
		return answer{}, err
	}
	if err := s.Media.Delete(c.Context(), c.channel, mediaID); err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeSuccess())
}

// fileWait bounds how long the answer with a file may take. The largest has 100 MiB.
const fileWait = 10 * time.Minute

// serveFile answers with a file or the part of it that was asked for, and closes it. A browser must
// not run what somebody else sent: it is told to believe the type, to load nothing, and to save what
// is neither picture, film, sound nor PDF.
func serveFile(w http.ResponseWriter, r *http.Request, f media.File) {
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", f.Media.MimeType)
	h.Set("Content-Disposition", disposition(f.Media))
	h.Set("Cache-Control", "private")
	h.Set("ETag", `"`+hex.EncodeToString(f.Media.SHA256[:])+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer") // the URL may hold a token
	// A writer without deadlines has no slow clients.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileWait))
	http.ServeContent(w, r, "", f.At, f)
}

// disposition names the file, and says whether a browser may show it.
func disposition(m message.Media) string {
	how := "attachment"
	family, kind, _ := strings.Cut(m.MimeType, "/")
	switch {
	case family == "video", family == "audio", m.MimeType == "application/pdf", family == "image" && !strings.HasPrefix(kind, "svg"):
		how = "inline"
	}
	name := m.FileName
	if name == "" {
		name = m.ID + "." + id.Media(m.ID).Extension()
	}
	if text := mime.FormatMediaType(how, map[string]string{"filename": name}); text != "" {
		return text
	}
	return how
}
