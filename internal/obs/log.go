// Package obs sets up what operators see of the program: its log. Secrets do not get into it.
package obs

import (
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// NewLogger returns a logger that writes lines of text, or of JSON, from level on. The values of
// attributes whose names speak of secrets, and of token parameters in URLs, are replaced.
func NewLogger(w io.Writer, level slog.Leveler, json bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	if json {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

var (
	inQuery  = regexp.MustCompile(`(?i)([?&](?:access_)?(?:token|secret|key|password)=)[^&#\s"]+`)
	inHeader = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+`)
)

func redact(_ []string, a slog.Attr) slog.Attr {
	switch {
	case secret(a.Key):
		return slog.String(a.Key, Redacted)
	case a.Value.Kind() == slog.KindString:
		return slog.String(a.Key, Scrub(a.Value.String()))
	case a.Value.Kind() == slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			return slog.String(a.Key, Scrub(v.Error()))
		case interface{ String() string }: // a *url.URL above all
			return slog.String(a.Key, Scrub(v.String()))
		}
	}
	return a
}

func secret(key string) bool {
	key = strings.ToLower(key)
	for _, word := range [...]string{"token", "authorization", "secret", "password", "cookie"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// Scrub returns s without the secrets that URLs and headers in it carry.
func Scrub(s string) string {
	s = inQuery.ReplaceAllString(s, "${1}"+Redacted)
	return inHeader.ReplaceAllString(s, "${1} "+Redacted)
}
