package backendtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Shelf is a media store of a few files, by their id.
type Shelf map[string][]byte

// Samples are two files to send.
func Samples() Shelf {
	return Shelf{"jpeg-0a-c0": []byte("a picture"), "mp4-0b-c0": []byte("a film")}
}

// Open implements backend.OpenFile.
func (s Shelf) Open(_ context.Context, mediaID string) (io.ReadSeekCloser, error) {
	data, ok := s[mediaID]
	if !ok {
		return nil, fault.New(fault.NotFound, "specified media not found")
	}
	return file{bytes.NewReader(data)}, nil
}

type file struct{ io.ReadSeeker }

func (file) Close() error { return nil }

// Media says what the file of this id is. Only a file that is there has a digest.
func (s Shelf) Media(as message.MediaKind, mediaID string) message.Media {
	data := s[mediaID]
	return message.Media{
		As: as, ID: mediaID, MimeType: "application/octet-stream", Size: int64(len(data)), SHA256: sha256.Sum256(data),
		Width: 1, Height: 1, Thumbnail: []byte("small"),
	}
}

// WithMedia is a draft of a message with a button below a file.
func WithMedia(to id.User, m message.Media) backend.Draft {
	return backend.Draft{Chat: to.Private(), Content: message.Interactive{
		Body: "Look", Media: &m, Action: message.Buttons{{Kind: message.QuickReply, Title: "Nice", ID: "nice"}},
	}}
}

// What the customer decrypts is what was in the media store, also when there are several files.
func sendMedia(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	large := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	shelf := Shelf{"a-00-00": []byte("one"), "b-00-00": large, "c-00-00": []byte("three")}
	button := func(id string) message.Buttons {
		return message.Buttons{{Kind: message.QuickReply, Title: "Nice", ID: id}}
	}
	for _, d := range []backend.Draft{
		WithMedia(g.Customer, shelf.Media(message.Image, "b-00-00")),
		WithMedia(g.Customer, shelf.Media(message.Document, "c-00-00")),
		{Chat: g.Customer.Private(), Content: message.Carousel{Body: "Look", Cards: []message.Card{
			{ID: "1", Media: shelf.Media(message.Image, "a-00-00"), Buttons: button("1")},
			{ID: "2", Media: shelf.Media(message.Video, "b-00-00"), Buttons: button("2")},
		}}},
	} {
		e := l.Prepare(t, d)
		if _, err := l.Send(Context(t), e); err == nil {
			t.Errorf("a message left without its files")
		}
		full, err := l.Complete(Context(t), e, shelf.Open)
		if err != nil {
			t.Fatal(err)
		}
		if full.Stanza != e.Stanza || full.Chat != e.Chat || bytes.Equal(full.Payload, e.Payload) {
			t.Errorf("completed as %s in %s", full.Stanza, full.Chat)
		}
		again, err := l.Complete(Context(t), full, shelf.Open)
		if err != nil || !bytes.Equal(again.Payload, full.Payload) {
			t.Errorf("a complete message was completed again: %v", err)
		}
		l.Ledger.Put(full, time.Time{})
		if _, err := l.Send(Context(t), full); err != nil {
			t.Fatal(err)
		}
		l.Sink.AwaitStatus(t, full.Stanza, message.Delivered)
	}
	got, err := g.Files(Context(t))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]byte{large, []byte("three"), []byte("one"), large}
	if len(got) != len(want) {
		t.Fatalf("the customer has %d files, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("file %d has %d bytes: %.20q, want %d: %.20q", i, len(got[i]), got[i], len(want[i]), want[i])
		}
	}
}

func completeRefuses(t *testing.T, g Stage) {
	l := Open(t, g.Open(t), "")
	shelf := Shelf{"a-00-00": []byte("one")}
	text := l.Prepare(t, Text(g.Customer, "hello"))
	nothing := func(context.Context, string) (io.ReadSeekCloser, error) { return nil, errors.New("opened") }
	if e, err := l.Complete(Context(t), text, nothing); err != nil || !bytes.Equal(e.Payload, text.Payload) {
		t.Errorf("complete a text: %v", err) // needs no connection
	}
	e := l.Prepare(t, WithMedia(g.Customer, shelf.Media(message.Image, "a-00-00")))
	if _, err := l.Complete(Context(t), e, shelf.Open); !errors.Is(err, backend.ErrOffline) {
		t.Errorf("complete while offline: %v", err)
	}
	if err := l.Fetch(Context(t), []byte("nonsense"), io.Discard); !fault.Is(err, fault.NotFound) {
		t.Errorf("fetch by a note that can't be read: %v", err)
	}

	l = Pair(t, g.Open(t), g.Scan)
	delete(shelf, "a-00-00")
	if _, err := l.Complete(Context(t), e, shelf.Open); !fault.Is(err, fault.NotFound) {
		t.Errorf("complete without the file: %v", err)
	}
	shelf["a-00-00"] = []byte("another")
	if _, err := l.Complete(Context(t), e, shelf.Open); !fault.Is(err, fault.Internal) {
		t.Errorf("complete with another file: %v", err)
	}
}

func receiveMedia(t *testing.T, g Stage) {
	l := Pair(t, g.Open(t), g.Scan)
	data := bytes.Repeat([]byte("%PDF"), 10_000)
	if err := g.WriteFile(Context(t), "a.pdf", "application/pdf", data); err != nil {
		t.Fatal(err)
	}
	m, ok := l.Sink.AwaitMessages(t, 1)[0].Content.(message.Media)
	if !ok || m.As != message.Document || m.FileName != "a.pdf" || m.MimeType != "application/pdf" ||
		m.Size != int64(len(data)) || m.SHA256 != sha256.Sum256(data) {
		t.Fatalf("received %+v", m)
	}
	for range 2 { // a fetch can be made again
		var got bytes.Buffer
		if err := l.Fetch(Context(t), m.Remote, &got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), data) {
			t.Errorf("fetched %d bytes, want %d", got.Len(), len(data))
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Fetch(Context(t), m.Remote, io.Discard); !errors.Is(err, backend.ErrOffline) {
		t.Errorf("fetch while offline: %v", err)
	}
}
