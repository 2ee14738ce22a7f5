// Package media keeps the files that messages carry: it brings them in, from a URL, from a request
// or from WhatsApp, finds out what they really are, brings them into a form that WhatsApp's apps
// show, and keeps them for thirty days.
//
// It promises that a file it names can be opened, also after a power cut: the bytes are on the disk
// before the row that names them is. The same bytes are stored once. It trusts neither the type nor
// the length nor the name that a file came with, and opens no path outside its directory.
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Store is what the service needs of the database. The errors are those of package store.
type Store interface {
	AddFile(ctx context.Context, f store.File) error
	File(ctx context.Context, ch id.Channel, m id.Media) (store.File, error)
	Files(ctx context.Context, ch id.Channel, q store.FileQuery) (list []store.File, total int, err error)
	DeleteFile(ctx context.Context, ch id.Channel, m id.Media) error
	SweepFiles(ctx context.Context, before time.Time, limit int) (digests [][32]byte, err error)
	FileCount(ctx context.Context, digest [32]byte) (int, error)
}

// Options configures a Service.
type Options struct {
	// Dir holds the files; it is made if it does not exist. "" is a directory of its own among the
	// temporary ones, which ends with the service.
	Dir string
	// Store holds the rows; required.
	Store Store
	// Transport fetches URLs. It has to refuse addresses that a stranger's URL must not lead to. Nil
	// fetches none.
	Transport http.RoundTripper
	// AnyPort lets URLs name ports other than 80 and 443.
	AnyPort bool
	// Encoder changes files that WhatsApp's apps don't show; nil refuses those.
	Encoder Encoder
	// SignKey signs links that need no token; at least 16 bytes, or there are none.
	SignKey []byte
	// BaseURL is what links begin with, such as https://gate.example.org.
	BaseURL string
	// Log receives what an operator may want to know; nil means nothing.
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Limits are those of WhatsApp where they are 0.
	Limits Limits
}

// Limits bounds files, in bytes, and what is done to get them.
type Limits struct {
	Image    int64         // 0 means 16 MiB
	Video    int64         // 0 means 64 MiB; of gifs and short videos as well
	Audio    int64         // 0 means 16 MiB; of voice as well
	Sticker  int64         // 0 means 1 MiB
	Document int64         // 0 means 100 MiB
	Fetch    time.Duration // of a URL, all of it; 0 means 30 s
	// Redirects is how many are followed; 0 means 3.
	Redirects int
	// Encode is how long an encoder may take; 0 means 2 minutes.
	Encode time.Duration
	// Keep is how long a file is kept; 0 means 30 days.
	Keep time.Duration
	// Link is how long a link works; 0 means 30 days.
	Link time.Duration
	// Cache is how long a URL that was fetched is not fetched again; 0 means 10 minutes.
	Cache time.Duration
}

const (
	mebi = 1 << 20
	day  = 24 * time.Hour
)

func (l Limits) withDefaults() Limits {
	orBytes := func(n *int64, def int64) {
		if *n == 0 {
			*n = def
		}
	}
	orTime := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	orBytes(&l.Image, 16*mebi)
	orBytes(&l.Video, 64*mebi)
	orBytes(&l.Audio, 16*mebi)
	orBytes(&l.Sticker, mebi)
	orBytes(&l.Document, 100*mebi)
	orTime(&l.Fetch, 30*time.Second)
	orTime(&l.Encode, 2*time.Minute)
	orTime(&l.Keep, 30*day)
	orTime(&l.Link, 30*day)
	orTime(&l.Cache, 10*time.Minute)
	if l.Redirects == 0 {
		l.Redirects = 3
	}
	return l
}

// of returns the limit of a kind; "" is whatever is largest.
func (l Limits) of(kind message.MediaKind) int64 {
	switch kind {
	case message.Image:
		return l.Image
	case message.Video, message.GIF, message.Short:
		return l.Video
	case message.Audio, message.Voice:
		return l.Audio
	case message.Sticker:
		return l.Sticker
	}
	return max(l.Document, l.Video, l.Image, l.Audio)
}

// Service is the media store. Its methods may be called by many goroutines, from New until Stop.
type Service struct {
	Options
	shelf   *shelf
	client  *http.Client
	cache   *cache
	decode  chan struct{} // a token for each image that may be decoded at the same time
	encode  chan struct{} // a token for each run of the encoder
	private string        // the directory to remove at the end; "" for none

	mu       sync.Mutex
	end      context.CancelFunc // of the sweeper; nil while it does not run
	sweeping sync.WaitGroup
	closed   bool
}

// How much is done at the same time. A decoded image may take 256 MiB.
const (
	decoders = 2
	encoders = 2
)

// New opens the store. Stop ends it, also when it was never started.
func New(o Options) (*Service, error) {
	if o.Store == nil {
		return nil, errors.New("media: Store is required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Limits = o.Limits.withDefaults()
	s := &Service{
		Options: o,
		cache:   newCache(o.Limits.Cache),
		decode:  make(chan struct{}, decoders),
		encode:  make(chan struct{}, encoders),
	}
	if s.Dir == "" {
		dir, err := os.MkdirTemp("", "tapgate-media-")
		if err != nil {
			return nil, err
		}
		s.Dir, s.private = dir, dir
	}
	var err error
	if s.shelf, err = openShelf(s.Dir); err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	s.client = s.newClient()
	return s, nil
}

// PutOptions says what the caller knows of a file.
type PutOptions struct {
	// MimeType and FileName are what the caller says; what the file says wins.
	MimeType, FileName string
	// NoEncode keeps the file as it is.
	NoEncode bool
	// OrDocument keeps a file that is too large for what it is as a document; otherwise it is refused.
	OrDocument bool
}

// Put brings in a file that belongs to no message yet. An image or video that apps would not show is
// changed into one that they do, unless NoEncode.
func (s *Service) Put(ctx context.Context, ch id.Channel, r io.Reader, o PutOptions) (message.Media, error) {
	d, err := s.shelf.write(r, s.Limits.of(""))
	if err != nil {
		return message.Media{}, s.tooLarge(err, "")
	}
	defer d.discard()
	return s.bring(ctx, ch, d, intake{
		name: o.FileName, mimeType: o.MimeType, noEncode: o.NoEncode, orDocument: o.OrDocument, id: id.NewMedia,
	})
}

// Keep stores a file that came in with a message, under the id that m has, or a new one when it has
// none. What m says of it (width, seconds, thumbnail and so on) is kept where the file itself does not
// tell; the file is never changed. A file that is there already stays, so that it may be brought twice.
func (s *Service) Keep(ctx context.Context, ch id.Channel, m message.Media, r io.Reader) (message.Media, error) {
	d, err := s.shelf.write(r, s.Limits.of(""))
	if err != nil {
		return message.Media{}, s.tooLarge(err, "")
	}
	defer d.discard()
	in := intake{as: m.As, name: m.FileName, mimeType: m.MimeType, noEncode: true, received: true, id: id.NewMedia, known: m}
	if m.ID != "" {
		given, err := id.ParseMedia(m.ID)
		if err != nil {
			return message.Media{}, err
		}
		in.id = func(string) id.Media { return given }
	}
	return s.bring(ctx, ch, d, in)
}

// File is an open file. Its reader has to be closed.
type File struct {
	io.ReadSeekCloser
	Media message.Media
	// At is when it was stored.
	At time.Time
}

// Open opens a file of the channel. The error is of kind fault.NotFound when there is none.
func (s *Service) Open(ctx context.Context, ch id.Channel, mediaID string) (File, error) {
	row, err := s.row(ctx, ch, mediaID)
	if err != nil {
		return File{}, err
	}
	f, err := s.shelf.open(row.Media.SHA256)
	if errors.Is(err, os.ErrNotExist) {
		return File{}, notFound() // deleted since
	}
	if err != nil {
		return File{}, err
	}
	return File{ReadSeekCloser: f, Media: row.Media, At: row.At}, nil
}

func (s *Service) row(ctx context.Context, ch id.Channel, mediaID string) (store.File, error) {
	m, err := id.ParseMedia(mediaID)
	if err != nil {
		return store.File{}, notFound()
	}
	row, err := s.Store.File(ctx, ch, m)
	if fault.Is(err, fault.NotFound) || err == nil && s.expired(row) {
		return store.File{}, notFound()
	}
	return row, err
}

// expired reports whether a file is due to be swept: it is gone at that time, not at the sweeper's.
func (s *Service) expired(row store.File) bool { return s.Now().After(row.At.Add(s.Limits.Keep)) }

// List returns files of the channel, and how many there are.
func (s *Service) List(ctx context.Context, ch id.Channel, q store.FileQuery) ([]store.File, int, error) {
	return s.Store.Files(ctx, ch, q)
}

// Delete removes a file of the channel; its bytes go with the last row that names them.
func (s *Service) Delete(ctx context.Context, ch id.Channel, mediaID string) error {
	row, err := s.row(ctx, ch, mediaID)
	if err != nil {
		return err
	}
	return s.shelf.alone(func() error {
		if err := s.Store.DeleteFile(ctx, ch, id.Media(row.Media.ID)); fault.Is(err, fault.NotFound) {
			return notFound()
		} else if err != nil {
			return err
		}
		s.drop(context.WithoutCancel(ctx), row.Media.SHA256)
		return nil
	})
}

// drop removes bytes that no row names. The shelf must be held alone. A failure is for the sweeper.
func (s *Service) drop(ctx context.Context, digest [32]byte) {
	n, err := s.Store.FileCount(ctx, digest)
	if err == nil && n == 0 {
		err = s.shelf.remove(digest)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "media file not removed", "error", err)
	}
}

func notFound() error { return fault.New(fault.NotFound, "specified media not found") }
