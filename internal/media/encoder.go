package media

import (
	"context"
	"errors"
	"io"
	"time"

	"tapgate/internal/fault"
)

// Encoder changes files into a form that WhatsApp's apps show. It must not trust the file: not read
// what the file refers to, and not take more time than ctx allows.
type Encoder interface {
	// Encode reads in as a file that the demuxer of that name reads, and returns the file that it
	// makes of it. Closing the result removes it.
	Encode(ctx context.Context, in io.Reader, demuxer string, to Target) (io.ReadCloser, error)
	// Seconds returns how long a video or an audio is, rounded up; 0 when it does not say.
	Seconds(ctx context.Context, in io.Reader, demuxer string) (int, error)
}

// Target is what an encoder makes.
type Target struct {
	Form TargetForm
	// MaxBytes is how long the result may be: an encoder need not write more than one byte beyond.
	MaxBytes int64
}

// TargetForm names a form that WhatsApp's apps show.
type TargetForm string

// The forms.
const (
	// ToVideo is MP4 with H.264 (8 bits, 4:2:0) and AAC, its index at the front.
	ToVideo TargetForm = "video"
	// ToStream is the same tracks in MP4 with the index at the front.
	ToStream TargetForm = "stream"
	// ToAudio is AAC in MP4, ToVoice is Opus in Ogg, one channel.
	ToAudio TargetForm = "audio"
	ToVoice TargetForm = "voice"
	// ToImage is a JPEG of the first frame.
	ToImage TargetForm = "image"
)

// MaxSeconds is the longest video or audio that is changed into another form: an hour.
const MaxSeconds = 3600

// runEncoder runs the encoder and takes in what it made. Few run at the same time.
func (s *Service) runEncoder(ctx context.Context, d *draft, f form, to Target) (*draft, error) {
	select {
	case s.encode <- struct{}{}:
		defer func() { <-s.encode }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	bounded, cancel := context.WithTimeout(ctx, s.Limits.Encode)
	defer cancel()
	started := time.Now()
	out, err := s.Encoder.Encode(bounded, d.reader(), f.demuxer, to)
	s.Log.DebugContext(ctx, "media.encoded", "from", f.mimeType, "to", string(to.Form), "took", time.Since(started), "error", err)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case bounded.Err() != nil:
		e := fault.Wrap(fault.Unsupported, err, "Unsupported media type: converting this %s took longer than %s", f.mimeType, s.Limits.Encode)
		e.Next = "send it shorter or smaller, or set no_encode to send it as it is"
		return nil, e
	case err != nil:
		e := fault.Wrap(fault.Unsupported, err, "Unsupported media type: this %s can't be converted", f.mimeType)
		e.Next = "it may be broken; set no_encode to send it as it is"
		return nil, e
	}
	made, err := s.shelf.write(out, to.MaxBytes)
	return made, errors.Join(err, out.Close())
}
