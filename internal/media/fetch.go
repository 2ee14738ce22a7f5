package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/netguard"
)

// take stores data that came with a request.
func (s *Service) take(data []byte, as message.MediaKind) (*draft, error) {
	if limit := s.Limits.of(as); int64(len(data)) > limit {
		return nil, tooLong(as, int64(len(data)), limit)
	}
	return s.shelf.write(bytes.NewReader(data), s.Limits.of(as))
}

// fetched returns the file of a URL, from the store when it was fetched a moment ago.
func (s *Service) fetched(ctx context.Context, ch id.Channel, src message.MediaSource, in intake) (message.Media, error) {
	key := cacheKey{channel: ch, url: src.URL, as: in.as, noEncode: in.noEncode, orDocument: in.orDocument, mimeType: in.mimeType}
	if mediaID, ok := s.cache.get(key, s.Now()); ok && !src.NoCache {
		f, err := s.Open(ctx, ch, mediaID)
		if err == nil {
			return f.Media, f.Close()
		}
		if !fault.Is(err, fault.NotFound) {
			return message.Media{}, err
		}
	}
	d, hint, err := s.fetch(ctx, src.URL, in.as)
	if err != nil {
		return message.Media{}, err
	}
	defer d.discard()
	if in.mimeType == "" {
		in.mimeType = hint.mimeType
	}
	if in.name == "" {
		in.name = hint.name
	}
	m, err := s.bring(ctx, ch, d, in)
	if err == nil {
		s.cache.put(key, m.ID, s.Now())
	}
	return m, err
}

// hint is what a server says of a file.
type hint struct{ mimeType, name string }

// fetch downloads a URL.
func (s *Service) fetch(ctx context.Context, address string, as message.MediaKind) (*draft, hint, error) {
	if s.Transport == nil {
		return nil, hint{}, invalid("must NOT be a URL: this gateway fetches none")
	}
	bounded, cancel := context.WithTimeout(ctx, s.Limits.Fetch)
	defer cancel()
	req, err := http.NewRequestWithContext(bounded, http.MethodGet, address, nil)
	if err == nil {
		err = s.checkURL(req.URL)
	}
	if err != nil {
		return nil, hint{}, refusedURL(err)
	}
	req.Header.Set("User-Agent", "tapgate")
	req.Header.Set("Accept", "*/*")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, hint{}, s.fetchFault(ctx, bounded, err)
	}
	defer res.Body.Close()
	limit := s.Limits.of(as)
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, hint{}, invalid("can't be fetched: its server answered with status %d", res.StatusCode)
	case res.ContentLength > limit:
		return nil, hint{}, tooLong(as, res.ContentLength, limit)
	}
	d, err := s.shelf.write(res.Body, limit)
	if _, ok := errors.AsType[errTooLong](err); ok {
		return nil, hint{}, s.tooLarge(err, as)
	}
	if err != nil {
		return nil, hint{}, s.fetchFault(ctx, bounded, err)
	}
	return d, hintOf(res), nil
}

// hintOf reads what the answer says of the file: its type, and its name from the disposition or the
// end of the path.
func hintOf(res *http.Response) hint {
	h := hint{mimeType: res.Header.Get("Content-Type"), name: path.Base(res.Request.URL.Path)}
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		h.name = params["filename"]
	}
	return h
}

// errURL says why a URL is not fetched. Its text is a problem's.
type errURL string

func (e errURL) Error() string { return string(e) }

// newClient makes the client of all fetches. It sends no credentials and keeps no cookies.
func (s *Service) newClient() *http.Client {
	return &http.Client{
		Transport: s.Transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > s.Limits.Redirects {
				return errURL(fmt.Sprintf("must NOT lead to more than %d redirects", s.Limits.Redirects))
			}
			req.Header.Del("Referer")
			return s.checkURL(req.URL)
		},
	}
}

// checkURL refuses what is no plain web address. Where the address leads, the transport checks.
func (s *Service) checkURL(u *url.URL) error {
	port := u.Port()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errURL("must be a URL of http or https")
	case u.Hostname() == "":
		return errURL("must be a URL with a host")
	case u.User != nil:
		return errURL("must NOT be a URL with a user or a password")
	case port != "" && port != "80" && port != "443" && !s.AnyPort:
		return errURL("must NOT be a URL with another port than 80 and 443")
	}
	return nil
}

func refusedURL(err error) error {
	if why, ok := errors.AsType[errURL](err); ok {
		return invalid("%s", why)
	}
	return invalid("must be a URL of http or https")
}

// fetchFault tells apart why a URL can't be fetched, without telling what is inside our network.
func (s *Service) fetchFault(ctx, bounded context.Context, err error) error {
	var text string
	why, refused := errors.AsType[errURL](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case refused:
		text = string(why)
	case netguard.Refused(err):
		text = "must NOT be a URL that leads to a private or reserved address"
	case bounded.Err() != nil:
		text = fmt.Sprintf("can't be fetched: it took longer than %s", s.Limits.Fetch)
	default:
		text = "can't be fetched: its server can't be reached or broke off"
	}
	f := fault.Of(invalid("%s", text))
	f.Cause = err
	return f
}
