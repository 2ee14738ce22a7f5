package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tapgate/internal/sandbox/phone"
)

// serveMedia answers with the decrypted bytes, or with the range of them that a player asks for; "?card=1" means
// those of that card. They are a stranger's: what is no image, video or audio is handed over as a download, and
// without its type where a browser could run it.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	ctx, cancel := within(r)
	defer cancel()
	mime, data, err := media(ctx, p, r.PathValue("id"), r.URL.Query().Get("card"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	w.Header().Set("Cache-Control", "private, no-cache") // kept, but asked for again: an edit changes it
	w.Header().Set("Content-Type", harmless(mime))
	if !shown(mime) {
		w.Header().Set("Content-Disposition", "attachment")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// servePicture answers with the profile picture of a number.
func (s *Server) servePicture(w http.ResponseWriter, r *http.Request) error {
	data, err := s.Network.Picture(r.PathValue("phone"))
	if err != nil {
		return err
	}
	if data == nil {
		return notFound("this number has no picture")
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(data) // a client that went away is no failure of ours
	return nil
}

// media fetches the attachment of a message, or of one of its cards. Where there is none, that is
// nothing a person could not do (409) but something that is not there (404).
func media(ctx context.Context, p *phone.Phone, id, card string) (mime string, data []byte, err error) {
	if card == "" {
		mime, data, err = p.Media(ctx, id)
	} else {
		n, wrong := strconv.Atoi(card)
		if wrong != nil || n < 0 {
			return "", nil, faults{"card must be the index of a card, from 0"}.err()
		}
		mime, data, err = p.CardMedia(ctx, id, n)
	}
	if refused, ok := errors.AsType[*phone.Refused](err); ok {
		return "", nil, notFound(refused.Reason)
	}
	return mime, data, err
}

// shown reports whether a browser may show bytes of this type in place.
func shown(mime string) bool {
	kind, sub, _ := strings.Cut(strings.ToLower(mime), "/")
	switch kind {
	case "video", "audio":
		return true
	case "image":
		return !strings.Contains(sub, "svg") && !strings.Contains(sub, "xml")
	}
	return false
}

// harmless returns the type itself, or that of bytes which no browser interprets where one would run them.
func harmless(mime string) string {
	kind, sub, ok := strings.Cut(strings.ToLower(mime), "/")
	sub, _, _ = strings.Cut(sub, ";")
	for _, runs := range []string{"html", "+xml", "script"} {
		ok = ok && !strings.Contains(sub, runs)
	}
	if !ok || sub == "xml" || kind == "multipart" || kind == "message" {
		return "application/octet-stream"
	}
	return mime
}
