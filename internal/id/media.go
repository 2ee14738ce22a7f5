package id

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Media names a file in the media store. Its text form is an extension and two or three groups of
// hexadecimal digits, joined by "-", such as jpeg-caa20191e2d3f4a5b6c7d8-c00000. Of received media
// the groups are the segments of the message's id, so that each can be told from the other; of all
// others the first group is random, and the second is a header that names no chat.
type Media string

// Limits of a media id. The widest is made of the widest message id.
const (
	maxExtension = 16
	maxGroup     = 64
)

// ErrMedia says that a text is not a media id.
var ErrMedia = errors.New("not a media id: want an extension and two or three groups of hexadecimal digits, joined by -")

// NewMedia makes the id of a file that belongs to no message: 11 random bytes, as many as a stanza
// id has. The extension is cut to what an id may hold, "bin" when nothing is left.
func NewMedia(extension string) Media {
	noChat := []byte{headAlways | headFromMe, 0, 0}
	return joinMedia(extension, random(11), noChat)
}

// Media returns the id of the file that came with the message.
func (m Message) Media(extension string) Media {
	var groups [][]byte
	for segment := range strings.SplitSeq(m.String(), "-") {
		b, err := encoding.DecodeString(segment)
		if err != nil {
			b = []byte(segment) // can't happen: String wrote it
		}
		groups = append(groups, b)
	}
	return joinMedia(extension, groups...)
}

// Message returns the id of the message that the file came with, which may tell only a digest of its
// stanza id. The error wraps ErrMedia when the file did not come with a message.
func (m Media) Message() (Message, error) {
	_, groups, _ := strings.Cut(string(m), "-")
	var segments []string
	for group := range strings.SplitSeq(groups, "-") {
		b, err := hex.DecodeString(group)
		if err != nil {
			return Message{}, ErrMedia
		}
		segments = append(segments, encoding.EncodeToString(b))
	}
	found, err := ParseMessage(strings.Join(segments, "-"))
	if err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMedia, err)
	}
	return found, nil
}

func joinMedia(extension string, groups ...[]byte) Media {
	out := extensionOf(extension)
	for _, g := range groups {
		out += "-" + hex.EncodeToString(g)
	}
	return Media(out)
}

// extensionOf keeps the letters and digits of s.
func extensionOf(s string) string {
	kept := strings.Map(func(r rune) rune {
		if !isExtension(r) {
			return -1
		}
		return r
	}, s)
	if kept == "" {
		return "bin"
	}
	return strings.ToLower(kept[:min(len(kept), maxExtension)])
}

func isExtension(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// ParseMedia reads a media id. The error wraps ErrMedia. What it returns holds letters, digits and
// hyphens only.
func ParseMedia(s string) (Media, error) {
	groups := strings.Split(s, "-")
	if len(groups) < 3 || len(groups) > 4 {
		return "", fmt.Errorf("%w (%d groups given)", ErrMedia, max(len(groups)-1, 0))
	}
	ext := groups[0]
	if ext == "" || len(ext) > maxExtension || strings.ContainsFunc(ext, func(r rune) bool { return !isExtension(r) }) {
		return "", ErrMedia
	}
	for _, g := range groups[1:] {
		if _, err := hex.DecodeString(g); err != nil || g == "" || len(g) > maxGroup {
			return "", ErrMedia
		}
	}
	return Media(s), nil
}

// Extension returns the part before the first hyphen.
func (m Media) Extension() string {
	ext, _, _ := strings.Cut(string(m), "-")
	return ext
}
