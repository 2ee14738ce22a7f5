package api

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/media"
)

// answer is what a handler answers. The zero answer is 204, no content.
type answer struct {
	body []byte
	// mediaType is the body's; "" means JSON.
	mediaType string
	// file is answered in place of body; nil for none. It is closed by the answering.
	file *media.File
	// warnings tell the caller what will not look as written. They change nothing.
	warnings []string
}

// asJSON makes an answer of an encoded body, and passes an encoding error on.
func asJSON(body []byte, err error) (answer, error) { return answer{body: body}, err }

// warningHeader carries one warning per line, in ASCII.
const warningHeader = "X-Tapgate-Warning"

func (a answer) write(w http.ResponseWriter) {
	for _, text := range a.warnings {
		w.Header().Add(warningHeader, asciiLine(text))
	}
	if a.body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	mediaType := a.mediaType
	if mediaType == "" {
		mediaType = "application/json; charset=utf-8"
	}
	writeBody(w, http.StatusOK, mediaType, a.body)
}

// writeBody writes a whole answer, within writeWait.
func writeBody(w http.ResponseWriter, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// A writer without deadlines has no slow clients.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeWait))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is no failure of ours
}

// asciiLine makes one line of printable ASCII of a text; other characters appear escaped.
func asciiLine(text string) string {
	quoted := strconv.QuoteToASCII(text)
	b := make([]byte, 0, len(quoted))
	for i := 1; i < len(quoted)-1; i++ {
		if quoted[i] == '\\' && quoted[i+1] == '"' {
			continue // an inner quote needs no escape here
		}
		b = append(b, quoted[i])
	}
	return string(b)
}

// warn writes what the caller was warned of into the log as well.
func (s *Server) warn(r *http.Request, ch id.Channel, warnings []string) {
	for _, text := range warnings {
		s.Log.LogAttrs(r.Context(), slog.LevelWarn, "message will not look as written",
			slog.String("channel", string(ch)), slog.String("warning", text))
	}
}
