package api

import (
	"net/url"
	"strings"

	"tapgate/internal/fault"
)

// tidyPath returns the path that is routed: without empty segments (clients call /messages//text
// and /contacts/), each segment percent-encoded in one way.
func tidyPath(u *url.URL) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		if segment == "" {
			continue
		}
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = url.PathEscape(plain)
		}
		b.WriteString("/" + segment)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// param returns the path parameter of that name, decoded.
func (c call) param(name string) (string, error) {
	plain, err := url.PathUnescape(c.PathValue(name))
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "Wrong path parameter %s", name)
	}
	return plain, nil
}
