package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/media"
	"tapgate/internal/media/ffmpeg"
	"tapgate/internal/netguard"
)

// openMedia opens the media store in the data directory, with ffmpeg where it is installed. Links to
// its files begin with the address at which the API is reached.
func (e *engine) openMedia(ctx context.Context) error {
	dir, err := e.dir.sub("media")
	if err != nil {
		return err
	}
	key, err := e.dir.key("media.key")
	if err != nil {
		return fmt.Errorf("key of media links: %w", err)
	}
	o := media.Options{
		Dir: dir, Store: e.store, Log: e.Log, SignKey: key, BaseURL: e.baseURL(),
		Transport: netguard.Transport(netguard.Options{AllowLoopback: e.localMedia}),
		AnyPort:   e.localMedia, // nothing on this machine is to be found on 80 and 443 alone
	}
	if enc, err := ffmpeg.New(); err == nil {
		o.Encoder = enc
	} else {
		e.Log.Info("ffmpeg is not installed: files that apps don't play are refused", "error", err)
	}
	if e.media, err = media.New(o); err != nil {
		return err
	}
	return e.media.Start(ctx)
}

// shelf is the media store as the gateway sees it.
type shelf struct{ *media.Service }

var _ gateway.MediaStore = shelf{}

// Open implements gateway.MediaStore.
func (s shelf) Open(ctx context.Context, ch id.Channel, mediaID string) (io.ReadSeekCloser, error) {
	f, err := s.Service.Open(ctx, ch, mediaID)
	if err != nil {
		return nil, err
	}
	return f.ReadSeekCloser, nil
}

// Link implements gateway.MediaStore. A file that can't be linked to is told without a link: it can be
// fetched with the token all the same.
func (s shelf) Link(ctx context.Context, ch id.Channel, mediaID string) string {
	link, err := s.Service.Link(ctx, ch, mediaID)
	if err != nil {
		s.Log.Warn("no link to a file", "channel", ch, "media", mediaID, "error", err)
	}
	return link
}

// keySize is the length of a secret key, in bytes.
const keySize = 32

// key returns the secret of that name, and makes it when there is none. It is kept, so that what was
// signed with it stays good after a restart; where nothing is kept, it ends with the process.
func (d *dataDir) key(name string) ([]byte, error) {
	path := filepath.Join(d.path, name)
	if d.keeps() {
		key, err := os.ReadFile(path)
		if err == nil && len(key) == keySize {
			return key, nil
		}
		if err == nil {
			return nil, fmt.Errorf("%s has %d bytes, not %d: remove it to get a new one", path, len(key), keySize)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // which never fails
	if !d.keeps() {
		return key, nil
	}
	return key, unusable(path, writeWhole(path, key))
}
