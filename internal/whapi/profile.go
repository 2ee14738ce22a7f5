package whapi

import (
	"unicode/utf8"

	"tapgate/internal/channel"
	"tapgate/internal/message"
)

// EncodeProfile is the answer to GET /users/profile and to GET /contacts/{ContactID}/profile.
func EncodeProfile(p channel.Profile) ([]byte, error) {
	return encode(struct {
		Name     string `json:"name,omitempty"`
		PushName string `json:"push_name,omitempty"`
		About    string `json:"about,omitempty"`
		Icon     string `json:"icon,omitempty"`
		IconFull string `json:"icon_full,omitempty"`
	}{p.Name, p.PushName, p.About, p.Icon, p.IconFull})
}

// maxAbout is how many characters WhatsApp lets an about text have.
const maxAbout = 139

// ProfileChange is the body of PATCH /users/profile; what stays as it is is "" or nil.
type ProfileChange struct {
	Name, About string
	Icon        *message.MediaSource
}

// Fields names what is to be changed.
func (c ProfileChange) Fields() (names []string) {
	for _, f := range []struct {
		name  string
		given bool
	}{{"name", c.Name != ""}, {"about", c.About != ""}, {"icon", c.Icon != nil}} {
		if f.given {
			names = append(names, f.name)
		}
	}
	return names
}

// DecodeProfileChange reads the body of PATCH /users/profile.
func DecodeProfileChange(b Body) (ProfileChange, error) {
	o, err := b.open(MaxUpload)
	if err != nil {
		return ProfileChange{}, err
	}
	c := ProfileChange{Name: o.sized("name", 3, 25), About: o.sized("about", 1, maxAbout)}
	if _, ok := o.get("icon"); ok {
		src, err := ParseSource(o.text("icon"))
		if err != nil && !o.in.knows(o.at("icon")) {
			o.in.fail(o.at("icon"), "%s", err)
		}
		c.Icon = &src
	}
	if o.in.err() == nil && c == (ProfileChange{}) {
		o.in.fail(o.path, "must have property 'name', 'about' or 'icon'")
	}
	return c, o.in.err()
}

// DecodeAbout reads the body of PUT /status.
func DecodeAbout(b Body) (string, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return "", err
	}
	o.need("status")
	return o.sized("status", 1, maxAbout), o.in.err()
}

// sized reads a text of least to most characters, which may be absent.
func (o object) sized(name string, least, most int) string {
	if _, ok := o.get(name); !ok {
		return ""
	}
	text := o.text(name)
	if o.in.knows(o.at(name)) {
		return ""
	}
	switch n := utf8.RuneCountInString(text); {
	case n < least:
		o.in.fail(o.at(name), "must NOT have fewer than %d characters", least)
	case n > most:
		o.in.fail(o.at(name), "must NOT have more than %d characters (given: %d)", most, n)
	}
	return text
}
