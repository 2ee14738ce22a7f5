package whapi

import (
	"unicode/utf8"

	"tapgate/internal/channel"
)

// EncodeProfile is the answer to GET /users/profile.
func EncodeProfile(p channel.Profile) ([]byte, error) {
	return encode(struct {
		Name     string `json:"name,omitempty"`
		About    string `json:"about,omitempty"`
		Icon     string `json:"icon,omitempty"`
		IconFull string `json:"icon_full,omitempty"`
	}(p))
}

// maxAbout is how many characters WhatsApp lets an about text have.
const maxAbout = 139

// DecodeProfileChange reads the body of PATCH /users/profile; what stays as it is is "".
func DecodeProfileChange(b Body) (name, about string, err error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return "", "", err
	}
	if o.has("icon") {
		o.in.fail(o.at("icon"), "can't be set here yet: change the picture on the phone")
	}
	name, about = o.sized("name", 3, 25), o.sized("about", 1, maxAbout)
	if o.in.err() == nil && name == "" && about == "" {
		o.in.fail(o.path, "must have property 'name' or 'about'")
	}
	return name, about, o.in.err()
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
