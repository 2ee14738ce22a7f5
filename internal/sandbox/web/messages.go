package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"tapgate/internal/sandbox/phone"
)

func (s *Server) listMessages(w http.ResponseWriter, _ *http.Request, p *phone.Phone) error {
	writeJSON(w, http.StatusOK, append([]phone.Message{}, p.Messages()...))
	return nil
}

// writing is what a customer writes. Its Media is base64 of one of the usual alphabets, with or
// without "data:<type>;base64," before it.
type writing struct {
	phone.Compose
	Media string `json:"media"`
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	var in writing
	if err := readJSON(r, mediaLimit, &in); err != nil {
		return err
	}
	compose, err := in.compose()
	if err != nil {
		return err
	}
	ctx, cancel := within(r)
	defer cancel()
	id, err := p.Send(ctx, compose)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]string{"id": id})
	return nil
}

// compose checks the writing; the error names all that is wrong.
func (in writing) compose() (phone.Compose, error) {
	var wrong faults
	c := in.Compose
	if in.Media != "" {
		c.Media, c.Mime = wrong.media(in.Media, c.Mime)
	}
	if contents := in.contents(); len(contents) == 0 {
		wrong.add("there is no content: want text, media, location, contact, vote, react, edit (with text) or delete")
	} else if len(contents) > 1 {
		wrong.add("there is more than one content: %s", strings.Join(contents, ", "))
	}
	if c.Edit != "" && c.Text == "" {
		wrong.add("text is missing: an edit needs the new text")
	}
	if c.React != nil && c.React.MessageID == "" {
		wrong.add("react.message_id is missing")
	}
	if c.Vote != nil && c.Vote.MessageID == "" {
		wrong.add("vote.message_id is missing")
	}
	if l := c.Location; l != nil && (l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180) {
		wrong.add("location is outside of -90..90, -180..180 degrees")
	}
	if c.Contact != nil && c.Contact.Name == "" && c.Contact.VCard == "" {
		wrong.add("contact.name is missing")
	}
	return c, wrong.err()
}

// contents names the contents that are set. Text belongs to an edit, when there is one.
func (in writing) contents() []string {
	var out []string
	for _, content := range []struct {
		name string
		set  bool
	}{
		{"text", in.Text != "" && in.Edit == ""}, {"media", in.Media != ""}, {"location", in.Location != nil},
		{"contact", in.Contact != nil}, {"vote", in.Vote != nil}, {"react", in.React != nil},
		{"edit", in.Edit != ""}, {"delete", in.Delete != ""},
	} {
		if content.set {
			out = append(out, content.name)
		}
	}
	return out
}

// media decodes base64. The type is the one given, the one before the base64, or the one that the bytes show.
func (f *faults) media(text, mime string) ([]byte, string) {
	if rest, ok := strings.CutPrefix(text, "data:"); ok {
		prefix, encoded, _ := strings.Cut(rest, ",")
		prefix = strings.TrimSuffix(prefix, ";base64")
		if mime == "" {
			mime = prefix
		}
		text = encoded
	}
	plain := strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(strings.TrimRight(text, "="))
	data, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil || len(data) == 0 {
		f.add("media is not base64")
		return nil, mime
	}
	if mime == "" {
		mime, _, _ = strings.Cut(http.DetectContentType(data), ";")
	}
	return data, mime
}

func (s *Server) markRead(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	var wrong faults
	if len(in.IDs) == 0 {
		wrong.add("ids is missing")
	}
	for _, id := range in.IDs {
		if _, ok := p.Message(id); !ok {
			wrong.add("this phone holds no message %q", id)
		}
	}
	if err := wrong.err(); err != nil {
		return err
	}
	ctx, cancel := within(r)
	defer cancel()
	if err := p.MarkRead(ctx, in.IDs...); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]int{"read": len(in.IDs)})
	return nil
}
