package meow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.mau.fi/whatsmeow"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/wire"
)

const (
	// transferPatience bounds the upload or the download of one file.
	transferPatience = 3 * time.Minute
	// maxDownload is the largest file that is fetched, in bytes: what WhatsApp's apps send as media,
	// documents of several GiB left out.
	maxDownload = 100 << 20
	// sealing is what encryption adds to a file at most: a block of padding and a MAC.
	sealing = 16 + 10
)

// Complete implements backend.Session. Each file is encrypted with a key of its own, so an upload
// that nobody hears of is no loss: it is made again.
func (s *session) Complete(ctx context.Context, e backend.Envelope, open backend.OpenFile) (backend.Envelope, error) {
	enc, err := wire.Unmarshal(e.Payload)
	if err != nil {
		return e, fmt.Errorf("read the stored message: %w", err)
	}
	list, err := wire.Attachments(enc)
	if err != nil || len(list) == 0 {
		return e, err
	}
	if !s.connected() {
		return e, backend.ErrOffline
	}
	for _, a := range list {
		up, err := s.upload(ctx, a, open)
		if err != nil {
			return e, err
		}
		a.Set(up)
	}
	enc.Files = nil
	if e.Payload, err = wire.Marshal(enc); err != nil {
		return e, fmt.Errorf("store the completed message: %w", err)
	}
	return e, nil
}

// upload brings one file to WhatsApp.
func (s *session) upload(ctx context.Context, a wire.Attachment, open backend.OpenFile) (wire.Upload, error) {
	ctx, cancel := context.WithTimeout(ctx, transferPatience)
	defer cancel()
	file, err := open(ctx, a.ID)
	if err != nil {
		return wire.Upload{}, fmt.Errorf("open %s: %w", a.ID, err)
	}
	defer file.Close()
	up, err := s.client.UploadReader(ctx, file, nil, mediaType(a.As))
	if err != nil {
		return wire.Upload{}, fmt.Errorf("upload %s: %w", a.ID, err)
	}
	if !bytes.Equal(up.FileSHA256, a.SHA256) {
		return wire.Upload{}, fault.Wrap(fault.Internal, fmt.Errorf("the file %s is another one than the message says", a.ID), "Internal Error")
	}
	return wire.Upload{
		URL: up.URL, DirectPath: up.DirectPath, MediaKey: up.MediaKey, At: s.now(),
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: up.FileLength,
	}, nil
}

// mediaType is how the library calls a kind of file, from which the file's keys are derived.
func mediaType(as message.MediaKind) whatsmeow.MediaType {
	switch as {
	case message.Image, message.Sticker:
		return whatsmeow.MediaImage
	case message.Video, message.GIF, message.Short:
		return whatsmeow.MediaVideo
	case message.Audio, message.Voice:
		return whatsmeow.MediaAudio
	}
	return whatsmeow.MediaDocument
}

// Fetch implements backend.Session. The file is decrypted on the disk, and handed over only when it
// is what the message promised.
func (s *session) Fetch(ctx context.Context, remote []byte, w io.Writer) error {
	r, err := wire.ReadRemote(remote)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "The file can't be fetched any more")
	}
	size := r.GetFileLength()
	if size > maxDownload {
		return fault.New(fault.TooLarge, "The file has %d bytes; up to %d are fetched", size, maxDownload)
	}
	if size == 0 {
		size = maxDownload
	}
	if !s.connected() {
		return backend.ErrOffline
	}
	ctx, cancel := context.WithTimeout(ctx, transferPatience)
	defer cancel()
	f, err := os.CreateTemp("", "tapgate-fetch-*")
	if err != nil {
		return fmt.Errorf("fetch media: %w", err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	if err := s.client.DownloadToFile(ctx, r, &bounded{file: f, left: int64(size) + sealing}); err != nil {
		return notFetched(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("fetch media: %w", err)
	}
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("hand over media: %w", err)
	}
	return nil
}

// notFetched makes a fault of what can't be mended by trying again.
func notFetched(err error) error {
	switch {
	case errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403), errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404),
		errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410), errors.Is(err, whatsmeow.ErrNoURLPresent):
		return fault.Wrap(fault.NotFound, err, "The file is not on WhatsApp's servers any more")
	case errors.Is(err, errTooMuch):
		return fault.Wrap(fault.TooLarge, err, "The file is larger than its message says")
	case errors.Is(err, whatsmeow.ErrInvalidMediaSHA256), errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256),
		errors.Is(err, whatsmeow.ErrInvalidMediaHMAC), errors.Is(err, whatsmeow.ErrTooShortFile):
		return fault.Wrap(fault.NotFound, err, "The file is not what its message says")
	}
	return fmt.Errorf("fetch media: %w", err)
}

var errTooMuch = errors.New("more bytes than expected")

// bounded is a file that takes no more bytes than were promised. It has no other method of a file, so
// that nothing is written past the count.
type bounded struct {
	file *os.File
	left int64
}

var _ whatsmeow.File = (*bounded)(nil)

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooMuch
	}
	return b.file.Write(p)
}

// Seek implements io.Seeker. The library goes back to the beginning before it tries again.
func (b *bounded) Seek(offset int64, whence int) (int64, error) {
	before, err := b.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	after, err := b.file.Seek(offset, whence)
	b.left += before - after
	return after, err
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.file.Read(p)
	b.left -= int64(n) // what is left counts from where the file stands
	return n, err
}

// ReadAt implements io.ReaderAt.
func (b *bounded) ReadAt(p []byte, off int64) (int, error) { return b.file.ReadAt(p, off) }

// WriteAt implements io.WriterAt. Decrypting writes over what is there.
func (b *bounded) WriteAt(p []byte, off int64) (int, error) { return b.file.WriteAt(p, off) }

// Truncate cuts the file.
func (b *bounded) Truncate(size int64) error { return b.file.Truncate(size) }

// Stat describes the file.
func (b *bounded) Stat() (os.FileInfo, error) { return b.file.Stat() }
