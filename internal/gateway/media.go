package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// MediaStore keeps the files that messages carry. The errors of Obtain are faults about the request,
// with the path /media where there is one.
type MediaStore interface {
	// Obtain brings the file of an outgoing message into the store, and says what it is. as is "" for
	// what the file itself says it is.
	Obtain(ctx context.Context, ch id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error)
	// Icon makes a profile picture of what src names: a square JPEG.
	Icon(ctx context.Context, ch id.Channel, src message.MediaSource) ([]byte, error)
	// Open opens a file. The error is of kind NotFound when there is none.
	Open(ctx context.Context, ch id.Channel, mediaID string) (io.ReadSeekCloser, error)
	// Keep stores a file that came in with a message under the id that m has. A file that is there
	// already stays.
	Keep(ctx context.Context, ch id.Channel, m message.Media, r io.Reader) (message.Media, error)
	// Link returns where programs can fetch a file without a token; "" when nowhere.
	Link(ctx context.Context, ch id.Channel, mediaID string) string
}

// obtain brings the files of a content into the media store. The content is checked again after
// that: what a file is, only the file says.
func (a *actor) obtain(ctx context.Context, c message.Content) (message.Content, error) {
	found := false
	c, err := message.EachMedia(c, func(_ string, m message.Media) (message.Media, error) {
		found = true
		return a.obtainOne(ctx, m)
	})
	if !found {
		return c, err
	}
	return c, message.WithProblems(err, message.Validate(c))
}

func (a *actor) obtainOne(ctx context.Context, m message.Media) (message.Media, error) {
	if m.Source == nil {
		return m, nil
	}
	if a.Media == nil {
		return m, fault.New(fault.Unsupported, "This gateway keeps no media")
	}
	got, err := a.Media.Obtain(ctx, a.id, m.As, *m.Source)
	if fault.Is(err, fault.NotFound) && m.Source.ID != "" { // it may have come in, and not be fetched yet
		if _, notReceived := a.fetchMedia(ctx, id.Media(m.Source.ID)); notReceived == nil {
			got, err = a.Media.Obtain(ctx, a.id, m.As, *m.Source)
		}
	}
	if err != nil {
		return m, err
	}
	got.Caption = m.Caption
	return got, nil
}

// ObtainMedia brings the file of an outgoing message into the media store, as Send does, and says what it
// is. The errors are those of MediaStore.Obtain.
func (g *Gateway) ObtainMedia(ctx context.Context, ch id.Channel, m message.Media) (message.Media, error) {
	a, err := g.actor(ch)
	if err != nil {
		return m, err
	}
	return a.obtainOne(ctx, m)
}

// errNoFile says that a file of a message can't be brought to WhatsApp, however often it is tried.
type errNoFile struct{ error }

func (e errNoFile) Unwrap() error { return e.error }

// errNotStored says that the database failed before anything was attempted.
type errNotStored struct{ error }

// fill uploads the files that a row refers to, before its first attempt. The uploads are stored with
// the row, so that each attempt sends the same message.
func (a *actor) fill(v *view, e *entry) error {
	full, err := v.session.Complete(a.hard, envelope(e.Outbound), a.openFile)
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return errNoFile{err}
	}
	if err != nil || bytes.Equal(full.Payload, e.Payload) {
		return err
	}
	if err := a.Store.Refill(a.hard, a.id, e.Seq, full.Payload); err != nil {
		return errNotStored{err}
	}
	e.Payload = full.Payload
	return nil
}

func (a *actor) openFile(ctx context.Context, mediaID string) (io.ReadSeekCloser, error) {
	if a.Media == nil {
		return nil, errNoMedia()
	}
	return a.Media.Open(ctx, a.id, mediaID)
}

func errNoMedia() error { return fault.New(fault.NotFound, "specified media not found") }

// FetchMedia brings a file that came in with a message into the media store, if it is not there. The
// error is of kind NotFound when the id names no such file, or when WhatsApp has it no more.
func (g *Gateway) FetchMedia(ctx context.Context, ch id.Channel, mediaID id.Media) (message.Media, error) {
	a, err := g.actor(ch)
	if err != nil {
		return message.Media{}, err
	}
	return a.fetchMedia(ctx, mediaID)
}

func (a *actor) fetchMedia(ctx context.Context, mediaID id.Media) (message.Media, error) {
	which, err := mediaID.Message()
	if err != nil || a.Media == nil {
		return message.Media{}, errNoMedia()
	}
	m, err := a.Store.Message(ctx, a.id, which)
	if fault.Is(err, fault.NotFound) {
		return message.Media{}, errNoMedia()
	}
	if err != nil {
		return message.Media{}, stored(err)
	}
	media, ok := m.Content.(message.Media)
	if !ok || media.ID != string(mediaID) || media.Remote == nil {
		return message.Media{}, errNoMedia()
	}
	kept, err := a.pull(ctx, media)
	if f := (*fault.Error)(nil); err == nil || errors.As(err, &f) || ctx.Err() != nil {
		return kept, err
	}
	return message.Media{}, &fault.Error{
		Kind: fault.Unavailable, Message: "The file could not be fetched from WhatsApp", RetryAfter: 10 * time.Second, Cause: err,
	}
}

// pull fetches a received file into the media store.
func (a *actor) pull(ctx context.Context, m message.Media) (message.Media, error) {
	v := a.view.Load()
	if v.session == nil {
		return m, backend.ErrOffline
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(v.session.Fetch(ctx, m.Remote, w))
	}()
	kept, err := a.Media.Keep(ctx, a.id, m, r)
	r.CloseWithError(err)
	<-done
	if err != nil {
		return m, err
	}
	kept.As, kept.ID, kept.FileName, kept.Remote = m.As, m.ID, m.FileName, m.Remote
	kept.Link = a.Media.Link(ctx, a.id, m.ID)
	return kept, nil
}
