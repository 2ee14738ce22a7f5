package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/sandbox/phone"
	"tapgate/internal/whapi"
	"tapgate/internal/wire"
)

// drafted is the request of a preview: a request of the API that is not sent.
type drafted struct {
	// Path is that of the call that would send it, such as /messages/interactive.
	Path string `json:"path"`
	// Request is the body of that call.
	Request json.RawMessage `json:"request"`
	// Channel is whose media store its files stand in.
	Channel string `json:"channel"`
	// Recipe names the encoding; "" lets the gateway choose.
	Recipe string `json:"recipe"`
}

// drawn is a draft as official clients would show it.
type drawn struct {
	// Problems are why the API would refuse it; nothing is drawn then.
	Problems []problem `json:"problems"`
	// Warnings are what the API would warn of.
	Warnings []string `json:"warnings"`
	// Recipe is the encoding that was used.
	Recipe string `json:"recipe,omitempty"`
	// Clients says what each client makes of it.
	Clients map[phone.Platform]phone.Message `json:"clients"`
}

type problem struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// previewLimit is how many bytes a draft may have. Its files are in the media store.
const previewLimit = 1 << 20

// preview shows a draft the way it would look: the gateway's encoder makes the message, and the
// sandbox's phone, which knows nothing of that encoder, draws what it reads of it.
func (s *Server) preview(w http.ResponseWriter, r *http.Request, in session) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, previewLimit))
	var d drafted
	if err != nil || json.Unmarshal(b, &d) != nil {
		refuse(w, http.StatusBadRequest, "Wrong request parameters", "the body must be JSON of at most 1 MiB with path and request")
		return
	}
	if !in.Admin {
		d.Channel = in.Channel
	}
	out, err := s.draw(r.Context(), d)
	if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind != fault.Internal {
		out = drawn{Problems: problemsOf(f)}
	} else if err != nil {
		s.Log.ErrorContext(r.Context(), "preview failed", "error", err)
		refuse(w, http.StatusInternalServerError, "Internal Error", "")
		return
	}
	out.Problems = append([]problem{}, out.Problems...)
	out.Warnings = append([]string{}, out.Warnings...)
	writeJSON(w, http.StatusOK, out)
}

func problemsOf(f *fault.Error) []problem {
	var list []problem
	for _, p := range f.Problems {
		list = append(list, problem(p))
	}
	if len(list) == 0 {
		list = append(list, problem{Text: strings.TrimSuffix(f.Message+": "+f.Details(), ": ")})
	}
	return list
}

func (s *Server) draw(ctx context.Context, d drafted) (drawn, error) {
	send, err := decode(d.Path, d.Request)
	if err != nil {
		return drawn{}, err
	}
	content, err := message.EachMedia(send.Content, func(path string, m message.Media) (message.Media, error) {
		return s.stand(ctx, id.Channel(d.Channel), path, m)
	})
	if err != nil {
		return drawn{}, err
	}
	e, err := wire.Encode(content, wire.Options{
		Recipe: d.Recipe, Group: send.To.IsGroup(), Random: rand.Reader, Now: s.Now(),
	})
	if err != nil {
		return drawn{}, err
	}
	// What leaves is what was stored, so that is what is read.
	stored, err := wire.Marshal(e)
	if err != nil {
		return drawn{}, err
	}
	if e, err = wire.Unmarshal(stored); err != nil {
		return drawn{}, err
	}
	stanza := &waBinary.Node{Tag: "message", Content: e.Nodes}
	out := drawn{Warnings: send.Warnings, Recipe: e.Recipe, Clients: map[phone.Platform]phone.Message{}}
	for _, p := range []phone.Platform{phone.Android, phone.IOS, phone.Web} {
		look := phone.Draw(e.Message, stanza, p, send.To.IsGroup())
		out.Clients[p] = phone.Message{
			ID: "preview", Chat: send.To.String(), Timestamp: s.Now().Unix(),
			Content: look.Content, Drawn: look.Drawn, Warnings: look.Warnings, Notes: look.Notes,
		}
	}
	return out, nil
}

// decode reads the request with the API's own decoder.
func decode(call string, body json.RawMessage) (whapi.Send, error) {
	switch call {
	case "/messages/text":
		return whapi.DecodeText(whapi.JSON(body))
	case "/messages/interactive":
		return whapi.DecodeInteractive(whapi.JSON(body))
	case "/messages/carousel":
		return whapi.DecodeCarousel(whapi.JSON(body))
	}
	return whapi.Send{}, fault.New(fault.Unsupported, "a request to %q can't be previewed", call)
}

// stand returns a file that stands for m in a preview: the one in the media store, or, of what is not
// there yet, one of the kind that its name promises. Nothing is fetched for a preview.
func (s *Server) stand(ctx context.Context, ch id.Channel, at string, m message.Media) (message.Media, error) {
	if m.Source == nil {
		return m, nil
	}
	if m.Source.ID != "" && s.Media != nil {
		kept, err := s.Media.Obtain(ctx, ch, m.As, *m.Source)
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return m, &fault.Error{Kind: fault.Invalid, Message: f.Message, Problems: []fault.Problem{{Path: at, Text: "names no uploaded file: " + f.Message}}}
		}
		kept.Caption = m.Caption
		return kept, err
	}
	out := m
	out.Source, out.ID = nil, "not-fetched"
	out.MimeType = m.Source.MimeType
	if u, err := url.Parse(m.Source.URL); err == nil && out.MimeType == "" {
		out.MimeType = typeByName(path.Ext(u.Path))
		out.FileName = path.Base(u.Path)
	}
	if out.As == "" {
		out.As = kindOf(out.MimeType)
	}
	out.Width, out.Height = m.Source.Width, m.Source.Height
	return out, nil
}

// typeByName guesses the type of a file that nobody has fetched; most addresses without an ending lead
// to pictures.
func typeByName(ext string) string {
	known := []struct{ endings, mediaType string }{
		{".jpg .jpeg", "image/jpeg"}, {".png", "image/png"}, {".webp", "image/webp"},
		{".mp4", "video/mp4"}, {".mov .webm .mkv .avi .3gp", "video/mp4"}, {".pdf", "application/pdf"},
	}
	for _, k := range known {
		if ext != "" && slices.Contains(strings.Fields(k.endings), strings.ToLower(ext)) {
			return k.mediaType
		}
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "image/jpeg"
}

func kindOf(mediaType string) message.MediaKind {
	switch kind, _, _ := strings.Cut(mediaType, "/"); kind {
	case "image":
		return message.Image
	case "video":
		return message.Video
	}
	return message.Document
}
