package meow_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"testing"

	"tapgate/internal/backend/backendtest"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
)

func square(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What the number shows of itself others see, and the network keeps the very bytes.
func TestProfileWithAPicture(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	w.customer(t, jonathan, "")
	ctx := backendtest.Context(t)
	if p, err := line.Profile(ctx, ""); err != nil || p != (channel.Profile{}) {
		t.Errorf("at first %+v, %v", p, err)
	}
	first, second := square(t, 64, 64), square(t, 96, 96)
	var urls []string
	for _, picture := range [][]byte{first, second} {
		if err := line.SetPicture(ctx, picture); err != nil {
			t.Fatal(err)
		}
		p, err := line.Profile(ctx, "")
		if err != nil || p.Icon == "" || p.IconFull == "" {
			t.Fatalf("%+v, %v, want a picture", p, err)
		}
		answer, err := (&http.Client{Transport: w.net.Transport()}).Get(p.IconFull)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(answer.Body)
		if answer.Body.Close(); err != nil || !bytes.Equal(got, picture) {
			t.Errorf("the picture has %d bytes, %v, want the %d that were set", len(got), err, len(picture))
		}
		urls = append(urls, p.IconFull)
	}
	if urls[0] == urls[1] {
		t.Error("another picture is at the same place")
	}
	for name, bad := range map[string][]byte{"not a picture": []byte("x"), "not square": square(t, 64, 32)} {
		if err := line.SetPicture(ctx, bad); !fault.Is(err, fault.Unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := line.Profile(ctx, jonathan)
	if want := (channel.Profile{Name: p.Name, PushName: p.PushName}); err != nil || p != want {
		t.Errorf("of a customer: %+v, %v, want no picture and no text", p, err)
	}
}
