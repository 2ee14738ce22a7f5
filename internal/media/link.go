package media

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tapgate/internal/id"
)

// minSignKey is the shortest key that signs links, in bytes.
const minSignKey = 16

// linkPath begins the path of a signed link. What follows is the channel, then the media id with its
// extension.
const linkPath = "/files/"

// errNoLinks says that there is no key or no address to make links of.
var errNoLinks = errors.New("media links need a key and a base URL")

// Link returns a URL under which the file can be fetched without a token until the link's time is up.
// Whoever has it can fetch the file: it is made for webhooks, whose programs expect such links.
func (s *Service) Link(ctx context.Context, ch id.Channel, mediaID string) (string, error) {
	if len(s.SignKey) < minSignKey || s.BaseURL == "" {
		return "", errNoLinks
	}
	row, err := s.row(ctx, ch, mediaID)
	if err != nil {
		return "", err
	}
	m := id.Media(row.Media.ID)
	expires := s.Now().Add(s.Limits.Link).Unix()
	return fmt.Sprintf("%s%s%s/%s.%s?e=%d&s=%s", strings.TrimSuffix(s.BaseURL, "/"), linkPath,
		url.PathEscape(string(ch)), m, m.Extension(), expires, s.sign(ch, m, expires)), nil
}

// sign makes the signature of a link: HMAC-SHA256, in URL-safe base64.
func (s *Service) sign(ch id.Channel, m id.Media, expires int64) string {
	h := hmac.New(sha256.New, s.SignKey)
	fmt.Fprintf(h, "media link\n%s\n%s\n%d", ch, m, expires)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// OpenSigned opens the file of a link, given its decoded path and its query. The error is of kind
// fault.NotFound, whatever is wrong with the link: it tells nobody whether there is such a file.
func (s *Service) OpenSigned(ctx context.Context, urlPath string, query url.Values) (File, error) {
	rest, found := strings.CutPrefix(urlPath, linkPath)
	ch, name, slash := strings.Cut(rest, "/")
	mediaID, _, _ := strings.Cut(name, ".")
	m, err := id.ParseMedia(mediaID)
	expires, notNumber := strconv.ParseInt(query.Get("e"), 10, 64)
	switch {
	case !found, !slash, err != nil, notNumber != nil, len(s.SignKey) < minSignKey:
		return File{}, notFound()
	case !hmac.Equal([]byte(s.sign(id.Channel(ch), m, expires)), []byte(query.Get("s"))):
		return File{}, notFound()
	case s.Now().After(time.Unix(expires, 0)):
		return File{}, notFound()
	}
	return s.Open(ctx, id.Channel(ch), string(m))
}
