package media

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// intake is how a file comes in.
type intake struct {
	as             message.MediaKind // "" takes it for what it is
	name, mimeType string            // what the caller says
	noEncode       bool
	orDocument     bool // what is too large for what it is becomes a document
	received       bool // from WhatsApp: it is kept whatever it is
	id             func(extension string) id.Media
	known          message.Media // what a message said of it
}

// bring makes a draft a file of the store: it finds out what it is, refuses it or changes it into a
// form that apps show, and places it with its row.
func (s *Service) bring(ctx context.Context, ch id.Channel, d *draft, in intake) (message.Media, error) {
	x, err := s.examine(d, in)
	if err != nil {
		return message.Media{}, err
	}
	if !in.received {
		if err := s.accept(x); err != nil {
			return message.Media{}, err
		}
	}
	if !in.noEncode {
		converted, err := s.convert(ctx, x)
		if err != nil {
			return message.Media{}, err
		}
		if converted != nil {
			defer converted.discard()
			d = converted
			in.as, in.mimeType = x.kind, ""
			if x, err = s.examine(d, in); err != nil {
				return message.Media{}, err
			}
		}
	}
	m, err := s.describe(ctx, x, in)
	if err != nil {
		return message.Media{}, err
	}
	return s.settle(ctx, ch, d, m)
}

// settle places the draft and stores the row that names it. A row that is there already stays.
func (s *Service) settle(ctx context.Context, ch id.Channel, d *draft, m message.Media) (message.Media, error) {
	row := store.File{Channel: ch, Media: m, At: s.Now()}
	err := s.shelf.together(func() error {
		if err := d.place(); err != nil {
			return err
		}
		return s.Store.AddFile(ctx, row)
	})
	if fault.Is(err, fault.Conflict) {
		known, err := s.Store.File(ctx, ch, id.Media(m.ID))
		return known.Media, err
	}
	return m, err
}

// exam is what was found out about a draft.
type exam struct {
	*draft
	form  form
	facts facts
	kind  message.MediaKind
}

func (s *Service) examine(d *draft, in intake) (exam, error) {
	x := exam{draft: d, kind: in.as}
	if d.size == 0 {
		return x, invalid("must NOT be an empty file")
	}
	head, err := d.head()
	if err != nil {
		return x, err
	}
	x.form = sniff(head).declared(in.mimeType, in.name)
	if x.form.demuxer == "mov" && x.form.kind != message.Image {
		// A file whose boxes can't be read does not play; an encoder may be able to mend it.
		x.facts, _ = readBoxes(d.file, d.size)
		if x.facts.audio && !x.facts.video {
			x.form.kind, x.form.mimeType, x.form.extension = message.Audio, "audio/mp4", "m4a"
		}
	}
	if x.kind == "" {
		x.kind = x.form.kind
		if d.size > s.Limits.of(x.kind) && (in.orDocument || in.received) {
			x.kind = message.Document
		}
	}
	return x, nil
}

// accept refuses what can't be shown as x.kind, and what is too long for it.
func (s *Service) accept(x exam) error {
	if !x.suits() {
		e := fault.New(fault.Unsupported, "Unsupported media type: %s can't be sent as %s", x.form.mimeType, x.kind)
		e.Next = "accepted: " + accepted(x.kind)
		return e
	}
	if limit := s.Limits.of(x.kind); x.size > limit {
		return tooLong(x.kind, x.size, limit)
	}
	return nil
}

// suits reports whether the file can be shown as x.kind, perhaps after a change.
func (x exam) suits() bool {
	switch x.kind {
	case message.Image:
		return x.form.kind == message.Image
	case message.Video, message.GIF, message.Short:
		return x.form.kind == message.Video || x.form.mimeType == "image/gif"
	case message.Audio, message.Voice:
		return x.form.kind == message.Audio || x.form.demuxer == "ogg"
	case message.Sticker:
		return x.form.mimeType == "image/webp"
	}
	return true
}

// accepted names what can be shown as a kind.
func accepted(kind message.MediaKind) string {
	switch kind {
	case message.Image:
		return "JPEG and PNG; WebP, GIF, BMP and TIFF become JPEG, HEIC and AVIF where ffmpeg is installed"
	case message.Video, message.GIF, message.Short:
		return "MP4 with H.264 and AAC; where ffmpeg is installed also MOV, AVI, WebM, MKV, MPEG, FLV, WMV, 3GP and GIF"
	case message.Audio, message.Voice:
		return "MP3, M4A, AAC, AMR and Ogg; where ffmpeg is installed also WAV and FLAC"
	case message.Sticker:
		return "WebP"
	}
	return "everything"
}

// convert changes a file that apps don't show into one that they do. It returns nil when nothing has
// to be done.
func (s *Service) convert(ctx context.Context, x exam) (*draft, error) {
	to, mustHave := x.target()
	if to == "" {
		return nil, nil
	}
	if _, ok := codecOf(x.form.mimeType); ok && to == ToImage {
		d, err := s.jpegOf(ctx, x.draft, x.form)
		return d, s.tooLarge(err, x.kind)
	}
	if s.Encoder == nil {
		if !mustHave {
			return nil, nil
		}
		e := fault.New(fault.Unsupported, "Unsupported media type: %s has to be converted to be sent as %s, and ffmpeg is not installed here", x.describe(), x.kind)
		e.Next = "accepted without it: " + accepted(x.kind) + "; or set no_encode to send it as it is"
		return nil, e
	}
	d, err := s.runEncoder(ctx, x.draft, x.form, Target{Form: to, MaxBytes: s.Limits.of(x.kind)})
	return d, s.tooLarge(err, x.kind)
}

// describe says what the file is, for a refusal.
func (x exam) describe() string {
	if x.form.mimeType == "video/mp4" {
		return "video/mp4 with other tracks than H.264 and AAC"
	}
	return x.form.mimeType
}

// target tells which form the file has to get, "" for none; mustHave is false when it would do as it is.
func (x exam) target() (to TargetForm, mustHave bool) {
	switch x.kind {
	case message.Image:
		if x.form.mimeType != "image/jpeg" && x.form.mimeType != "image/png" {
			return ToImage, true
		}
	case message.Video, message.GIF, message.Short:
		switch {
		case !x.facts.plays:
			return ToVideo, true
		case x.form.mimeType != "video/mp4", !x.facts.streams:
			return ToStream, x.form.mimeType != "video/mp4"
		}
	case message.Audio:
		if x.form.mimeType == "audio/wav" || x.form.mimeType == "audio/flac" {
			return ToAudio, true
		}
	case message.Voice:
		if x.form.mimeType != "audio/ogg; codecs=opus" {
			return ToVoice, true
		}
	}
	return "", false
}

// describe says what programs and apps are told of the file.
func (s *Service) describe(ctx context.Context, x exam, in intake) (message.Media, error) {
	m := message.Media{
		As: x.kind, ID: string(in.id(x.form.extension)), MimeType: x.form.mimeType, Size: x.size, SHA256: x.digest,
		FileName: cleanName(in.name, x.form), Width: x.facts.width, Height: x.facts.height, Seconds: x.facts.seconds,
	}
	var err error
	switch {
	case x.form.kind == message.Image && x.kind != message.Document:
		m.Width, m.Height, m.Thumbnail, err = s.pictureOf(ctx, x, in)
	case x.form.kind == message.Video && x.kind != message.Document && !in.received:
		m.Thumbnail = s.still(ctx, x)
	}
	if err != nil {
		return message.Media{}, err
	}
	if m.Seconds == 0 && x.kind != message.Document {
		m.Seconds = s.seconds(ctx, x)
	}
	return complete(m, in.known), nil
}

// pictureOf describes a picture. Received ones and those that are sent as they are need not be
// readable, but none that is too large is sent.
func (s *Service) pictureOf(ctx context.Context, x exam, in intake) (width, height int, thumbnail []byte, err error) {
	width, height, thumbnail, err = s.picture(ctx, x.draft, x.form)
	if ctx.Err() != nil {
		return 0, 0, nil, ctx.Err()
	}
	if err != nil && (in.received || in.noEncode && !fault.Is(err, fault.TooLarge)) {
		return 0, 0, nil, nil
	}
	return width, height, thumbnail, err
}

// still makes a thumbnail of a video's first frame; nil where that can't be done.
func (s *Service) still(ctx context.Context, x exam) []byte {
	if s.Encoder == nil || x.form.demuxer == "" {
		return nil
	}
	d, err := s.runEncoder(ctx, x.draft, x.form, Target{Form: ToImage, MaxBytes: s.Limits.Image})
	if err != nil {
		return nil
	}
	defer d.discard()
	_, _, thumbnail, err := s.picture(ctx, d, form{mimeType: "image/jpeg"})
	if err != nil {
		return nil
	}
	return thumbnail
}

// seconds asks the encoder where the file's boxes did not tell.
func (s *Service) seconds(ctx context.Context, x exam) int {
	if s.Encoder == nil || x.form.demuxer == "" || x.form.kind == message.Image {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Encode)
	defer cancel()
	n, err := s.Encoder.Seconds(ctx, x.reader(), x.form.demuxer)
	if err != nil {
		return 0
	}
	return n
}

// complete adds what a message said where the file did not tell.
func complete(m, known message.Media) message.Media {
	if m.Width == 0 || m.Height == 0 {
		m.Width, m.Height = known.Width, known.Height
	}
	if m.Seconds == 0 {
		m.Seconds = known.Seconds
	}
	if m.Thumbnail == nil {
		m.Thumbnail = known.Thumbnail
	}
	m.Caption = known.Caption
	return m
}

// maxName is the longest file name that is kept, in bytes.
const maxName = 255

// cleanName keeps the last element of a path without control characters, and sees to it that the
// name of an image, a video or an audio ends as what the file is.
func cleanName(name string, f form) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name))
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	if f.kind != message.Document && !hasExtension(name, f.extension) {
		name = strings.TrimSuffix(name, path.Ext(name)) + "." + f.extension
	}
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// hasExtension reports whether the name ends as the form demands, or as people write it.
func hasExtension(name, extension string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	switch ext {
	case "jpg", "jpe":
		ext = "jpeg"
	case "tif":
		ext = "tiff"
	case "opus", "ogg":
		return extension == "oga" || extension == "ogg"
	case "m4v":
		ext = "mp4"
	}
	return ext == extension
}

// invalid is a fault of the request's field media.
func invalid(format string, args ...any) error {
	var p fault.Problems
	p.Add("/media", format, args...)
	return p.Err()
}

// tooLarge turns an errTooLong into a fault and passes others on.
func (s *Service) tooLarge(err error, kind message.MediaKind) error {
	if long, ok := errors.AsType[errTooLong](err); ok {
		return tooLong(kind, 0, long.limit)
	}
	return err
}

// tooLong says that a file has more bytes than it may; given 0 means that they were not counted.
func tooLong(kind message.MediaKind, given, limit int64) error {
	what := string(kind)
	if what == "" {
		what = "file"
	}
	size := fmt.Sprintf("more than %d bytes", limit)
	if given > 0 {
		size = fmt.Sprintf("%d bytes", given)
	}
	e := fault.New(fault.TooLarge, "Media too large: %s given, the limit of %s is %d bytes", size, withArticle(what), limit)
	if kind != "" && kind != message.Document {
		e.Next = "it can be sent as a document"
	}
	return e
}

func withArticle(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}
