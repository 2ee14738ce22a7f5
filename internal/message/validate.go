package message

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tapgate/internal/fault"
)

// Validate returns everything that is wrong with c as something to be sent. The paths are JSON
// pointers into the request body of the dialect, such as /action/buttons/0/title. A Reply, Media by
// itself and an Unknown can only be received.
func Validate(c Content) []fault.Problem {
	switch c := c.(type) {
	case Text:
		return c.Validate()
	case Interactive:
		return c.Validate()
	case Carousel:
		return c.Validate()
	case nil:
		return []fault.Problem{{Text: "must have content"}}
	}
	return []fault.Problem{{Text: fmt.Sprintf("content of type %s can't be sent", c.Kind())}}
}

// Validate returns everything that is wrong with t.
func (t Text) Validate() []fault.Problem {
	var k checker
	k.required("/body", t.Body, MaxBody)
	return k.List()
}

// Validate returns everything that is wrong with i. A body is required also beside media: it is the
// text under the picture, and the apps draw no message with buttons without one.
func (i Interactive) Validate() []fault.Problem {
	var k checker
	k.optional("/header/text", i.Header, MaxShortText)
	k.required("/body/text", i.Body, MaxBody)
	k.optional("/footer/text", i.Footer, MaxShortText)
	if i.Media != nil {
		k.media("/media", *i.Media, Image, Video, Document)
	}
	switch a := i.Action.(type) {
	case Buttons:
		k.buttons("/action/buttons", a)
	case List:
		if i.Media != nil {
			k.Add("/media", "can't stand above a list: a list of WhatsApp has no place for it (send the file first, as a message of its own)")
		}
		k.list("/action/list", a)
	default:
		k.Add("/action", "must have buttons or a list")
	}
	return k.List()
}

// checker gathers problems and knows the rules that several fields share.
type checker struct{ fault.Problems }

// required checks a text that must say something.
func (k *checker) required(path, s string, most int) {
	k.filled(path, s)
	k.optional(path, s, most)
}

// filled checks that a text says something.
func (k *checker) filled(path, s string) {
	switch {
	case s == "":
		k.Add(path, "must NOT have fewer than 1 characters")
	case strings.TrimSpace(s) == "":
		k.Add(path, "must NOT be blank")
	}
}

// optional checks a text that may be empty.
func (k *checker) optional(path, s string, most int) {
	if !utf8.ValidString(s) {
		k.Add(path, "must be valid UTF-8")
		return
	}
	if strings.ContainsRune(s, 0) {
		k.Add(path, "must NOT contain the character NUL")
	}
	if n := utf8.RuneCountInString(s); n > most {
		k.Add(path, "must NOT have more than %d characters (given: %d)", most, n)
	}
}

// count checks how many items there are, in the words of JSON Schema.
func (k *checker) count(path string, n, most int) {
	if n == 0 {
		k.Add(path, "must NOT have fewer than 1 items")
	}
	if n > most {
		k.Add(path, "must NOT have more than %d items (given: %d)", most, n)
	}
}

// unique checks that an id at path was not seen before. Empty ids are reported by required.
func (k *checker) unique(seen map[string]string, path, id string) {
	if first, taken := seen[id]; taken && id != "" {
		k.Add(path, "must be unique in the message (%s has the same)", first)
		return
	}
	seen[id] = path
}
