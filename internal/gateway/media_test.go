package gateway_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// shelf is a media store in memory. A file says what it is in its first word.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	opens int
}

func newShelf() *shelf { return &shelf{files: map[string][]byte{}} }

func (s *shelf) use(o *gateway.Options) { o.Media = s }

func (s *shelf) put(m message.Media, data []byte) message.Media {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files[m.ID] == nil {
		s.files[m.ID] = data
	}
	word, _, _ := strings.Cut(string(data), " ")
	if m.As == "" {
		m.As = message.MediaKind(word)
	}
	m.Size, m.SHA256 = int64(len(data)), sha256.Sum256(data)
	return m
}

func (s *shelf) Obtain(_ context.Context, _ id.Channel, as message.MediaKind, src message.MediaSource) (message.Media, error) {
	switch string(src.Data) {
	case "empty":
		var p fault.Problems
		p.Add("/media", "must NOT be an empty file")
		return message.Media{}, p.Err()
	case "gone":
		return message.Media{}, fault.New(fault.NotFound, "specified media not found")
	}
	return s.put(message.Media{As: as, ID: string(id.NewMedia("bin")), MimeType: "x/y"}, src.Data), nil
}

func (s *shelf) Icon(_ context.Context, _ id.Channel, src message.MediaSource) ([]byte, error) {
	if _, err := s.Obtain(context.Background(), mantis, message.Image, src); err != nil {
		return nil, err
	}
	return src.Data, nil
}

func (s *shelf) Open(_ context.Context, _ id.Channel, mediaID string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opens++
	data, ok := s.files[mediaID]
	if !ok {
		return nil, fault.New(fault.NotFound, "specified media not found")
	}
	return reader{bytes.NewReader(data)}, nil
}

type reader struct{ io.ReadSeeker }

func (reader) Close() error { return nil }

func (s *shelf) Keep(_ context.Context, _ id.Channel, m message.Media, r io.Reader) (message.Media, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return m, err
	}
	return s.put(m, data), nil
}

func (s *shelf) Link(_ context.Context, _ id.Channel, mediaID string) string {
	return "link/" + mediaID[:3]
}

func source(words string) message.Media {
	return message.Media{Source: &message.MediaSource{Data: []byte(words)}}
}

func picture(words string) message.Interactive {
	m := source(words)
	return message.Interactive{Body: "look", Media: &m, Action: message.Buttons{{Kind: message.QuickReply, Title: "Yes", ID: "yes"}}}
}

func cards(words ...string) message.Carousel {
	c := message.Carousel{Body: "cards"}
	for i, w := range words {
		c.Cards = append(c.Cards, message.Card{ID: "c", Media: source(w), Buttons: message.Buttons{{Kind: message.QuickReply, Title: "Yes", ID: fmt.Sprint(i)}}})
	}
	return c
}

// What leaves holds the files, and what programs see says what they are.
func TestSendMedia(t *testing.T) {
	s := newShelf()
	inHouse(t, s.use, func(t *testing.T, h *house) {
		m, err := h.send(picture("image one"))
		if err != nil || m.Status != message.Sent {
			t.Fatalf("%+v, %v", m, err)
		}
		got := m.Content.(message.Interactive).Media
		if got.As != message.Image || got.Size != 9 || got.ID == "" || got.Source != nil {
			t.Errorf("the answer says of the file: %+v", got)
		}
		if _, err := h.send(cards("image one", "video two")); err != nil {
			t.Fatal(err)
		}
		want := []string{"look with image one", " with image one with video two"}
		if got := h.net.bodies(); !slices.Equal(got, want) {
			t.Errorf("left %q, want %q", got, want)
		}
	})
}

// A wrong file is told by its place in the request, and nothing is accepted.
func TestSendMediaRefused(t *testing.T) {
	s := newShelf()
	inHouse(t, s.use, func(t *testing.T, h *house) {
		for _, tt := range []struct {
			in   message.Content
			kind fault.Kind
			want string
		}{
			{picture("empty"), fault.Invalid, "/media must NOT be an empty file"},
			{cards("image one", "empty"), fault.Invalid, "/cards/1/media/media must NOT be an empty file"},
			{picture("audio x"), fault.Invalid, "/media must be of a kind that can stand here: image, video, document (the file is: audio, x/y)"},
			{cards("image one", "document x"), fault.Invalid, "/cards/1/media/media must be of a kind that can stand here: image, video (the file is: document, x/y)"},
			{picture("gone"), fault.NotFound, ""},
			{cards("gone", "image one"), fault.NotFound, "it is about /cards/0/media/media"},
		} {
			_, err := h.send(tt.in)
			if f := fault.Of(err); f.Kind != tt.kind || f.Details() != tt.want {
				t.Errorf("%+v: %s, details %q; want %s, %q", tt.in, f.Kind, f.Details(), tt.kind, tt.want)
			}
		}
		if got := h.net.attempts(); len(got) > 0 {
			t.Errorf("left: %v", got)
		}
	})
}

func TestSendMediaWithoutStore(t *testing.T) {
	inHouse(t, nil, func(t *testing.T, h *house) {
		if _, err := h.send(picture("image one")); !fault.Is(err, fault.Unsupported) {
			t.Errorf("error %v, want unsupported", err)
		}
	})
}

// A file is uploaded once, also when the connection is cut between the upload and the ack, and when
// the process ends between them; each attempt is the same message.
func TestUploadedOnce(t *testing.T) {
	s := newShelf()
	inHouse(t, func(o *gateway.Options) { silent(o); s.use(o) }, func(t *testing.T, h *house) {
		h.net.connect(false)
		if _, err := h.send(picture("image one")); err != nil {
			t.Fatal(err)
		}
		h.restart()
		h.net.set(func() {
			h.net.answer = func(context.Context, backend.Envelope) (backend.Ack, error) { return backend.Ack{}, errCut }
		})
		h.net.connect(true)
		h.settle(3 * time.Second)
		h.restart()
		h.net.set(func() { h.net.answer = nil })
		h.settle(time.Minute)
		got := h.net.attempts()
		if len(got) < 2 || s.opens != 1 {
			t.Fatalf("%d attempts, the file was opened %d times; want several and 1", len(got), s.opens)
		}
		for _, e := range got {
			if e.Stanza != got[0].Stanza || string(e.Payload) != "look with image one" {
				t.Errorf("attempt %s %q, the first %s", e.Stanza, e.Payload, got[0].Stanza)
			}
		}
	})
}

// A file that is lost before its message leaves ends the message, and lets the next one pass.
func TestFileLost(t *testing.T) {
	s := newShelf()
	inHouse(t, func(o *gateway.Options) { silent(o); s.use(o) }, func(t *testing.T, h *house) {
		h.net.connect(false)
		m, err := h.send(picture("image one"))
		if err != nil {
			t.Fatal(err)
		}
		h.say("behind")
		clear(s.files)
		h.net.connect(true)
		h.settle(time.Second)
		if got := h.now(m.ID); got.Status != message.Failed {
			t.Errorf("status %s, want failed", got.Status)
		}
		code, _, err := h.db.Failure(t.Context(), mantis, m.ID)
		if err != nil || code != "media_lost" {
			t.Errorf("failed with %q, %v", code, err)
		}
		if got := h.net.bodies(); !slices.Equal(got, []string{"behind"}) {
			t.Errorf("left %q", got)
		}
	})
}

// attached is a file of the customer.
func attached(stanza string) message.Message {
	return written(stanza, message.Media{As: message.Image, MimeType: "image/jpeg", Size: 9, Remote: []byte("note " + stanza)})
}

// wants makes the channel fetch images.
func (h *house) wants(kinds ...string) {
	h.t.Helper()
	_, _, err := h.UpdateSettings(h.t.Context(), mantis, func(s channel.Settings) (channel.Settings, error) {
		s.AutoDownload = kinds
		return s, nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// Without being asked to, nothing is fetched: the event has the id under which the file can be had.
func TestInboundMediaOnDemand(t *testing.T) {
	s := newShelf()
	inHouse(t, s.use, func(t *testing.T, h *house) {
		h.wants("video", "document")
		h.net.fetch = func(note string) ([]byte, error) { return []byte("image for " + note), nil }
		m := h.hear(attached("3A0102030405060708FF")).Content.(message.Media)
		h.wantTold("received image of 9 bytes at ")
		if m.ID != string(id.Message{Stanza: "3A0102030405060708FF", Chat: theirs.Private()}.Media("jpeg")) || len(s.files) > 0 {
			t.Errorf("media %+v, %d files", m, len(s.files))
		}
		for range 2 {
			got, err := h.FetchMedia(t.Context(), mantis, id.Media(m.ID))
			if err != nil || got.ID != m.ID || string(s.files[m.ID]) != "image for note 3A0102030405060708FF" {
				t.Errorf("fetched %+v, %v: %q", got, err, s.files[m.ID])
			}
		}
		for _, wrong := range []id.Media{
			id.NewMedia("jpeg"), "png" + id.Media(m.ID[4:]), id.Message{Stanza: "3A00", Chat: theirs.Private()}.Media("jpeg"),
		} {
			if _, err := h.FetchMedia(t.Context(), mantis, wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v, want not found", wrong, err)
			}
		}
	})
}

// With auto-download webhooks hear of a message when its file is there; other messages don't wait.
func TestInboundMediaFirst(t *testing.T) {
	s := newShelf()
	inHouse(t, s.use, func(t *testing.T, h *house) {
		h.wants("image")
		ready := make(chan struct{})
		h.net.fetch = func(string) ([]byte, error) { <-ready; return []byte("image whole"), nil }
		h.hear(attached("3A0102030405060708F1"))
		h.hear(written("3A0102030405060708F2", message.Text{Body: "behind"}))
		h.wantTold("received behind")
		close(ready)
		h.wantTold("received image of 11 bytes at link/jpe")
	})
}

// Failures are tried again, also after a restart, and are bounded: then the event comes without a
// link. What can't be had at all is not tried again.
func TestInboundMediaFails(t *testing.T) {
	s := newShelf()
	inHouse(t, s.use, func(t *testing.T, h *house) {
		h.wants("image")
		tries := 0
		h.net.fetch = func(string) ([]byte, error) {
			if tries++; tries == 4 {
				return []byte("image whole"), nil
			}
			return nil, errors.New("cut")
		}
		h.hear(attached("3A0102030405060708F1"))
		h.hear(attached("3A0102030405060708F1")) // WhatsApp delivers again what it has no ack for
		h.wantTold()
		h.restart()
		h.settle(30 * time.Second)
		h.wantTold("channel connecting", "channel connected", "received image of 11 bytes at link/jpe")
		if tries != 4 {
			t.Errorf("%d tries, want 4", tries)
		}

		tries = 0
		h.net.set(func() {
			h.net.fetch = func(string) ([]byte, error) { tries++; return nil, backend.ErrOffline }
		})
		h.hear(attached("3A0102030405060708F2"))
		h.settle(time.Minute)
		h.wantTold("received image of 9 bytes at ")
		if tries != 5 {
			t.Errorf("%d tries, want 5", tries)
		}

		tries = 0
		h.net.set(func() {
			h.net.fetch = func(string) ([]byte, error) { tries++; return nil, fault.New(fault.NotFound, "gone") }
		})
		h.hear(attached("3A0102030405060708F3"))
		h.wantTold("received image of 9 bytes at ")
		if tries != 1 {
			t.Errorf("%d tries, want 1", tries)
		}
		if _, ok, err := h.db.NextDownload(t.Context(), mantis); ok || err != nil {
			t.Errorf("a download is left: %v", err)
		}
	})
}

// The message is durable before WhatsApp hears that it is, and told only once, whatever the database
// does when the download ends.
func TestInboundMediaNotDurable(t *testing.T) {
	s, db := newShelf(), &forgetful{}
	inHouse(t, func(o *gateway.Options) { s.use(o); db.Store = o.Store; o.Store = db }, func(t *testing.T, h *house) {
		h.wants("image")
		h.net.fetch = func(string) ([]byte, error) { return []byte("image whole"), nil }
		db.failures = 3
		h.hear(attached("3A0102030405060708F1"))
		h.settle(10 * time.Second)
		h.wantTold("received image of 11 bytes at link/jpe")
		if db.failures != 0 {
			t.Errorf("%d failures are left", db.failures)
		}
	})
}

// forgetful fails to end downloads at first.
type forgetful struct {
	store.Store
	failures int
}

func (f *forgetful) EndDownload(ctx context.Context, ch id.Channel, m message.Message, tell store.Record) (bool, error) {
	if f.failures > 0 {
		f.failures--
		return false, errDisk
	}
	return f.Store.EndDownload(ctx, ch, m, tell)
}
