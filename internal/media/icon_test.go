package media_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing"

	"tapgate/internal/fault"
	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/netguard"
)

// striped is a picture whose left third is red, the middle green and the right blue.
func striped(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.SetNRGBA(x, y, []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}}[3*x/w])
		}
	}
	return img
}

func TestIcon(t *testing.T) {
	h := open(t, nil)
	encoded := func(img image.Image) message.MediaSource {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return message.MediaSource{Data: b.Bytes()}
	}
	for _, tt := range []struct {
		name       string
		src        message.MediaSource
		side       int
		r, g, b    uint8
		x, y       int // where that colour is
		tolerances int
	}{
		{"wide: its middle, smaller", encoded(striped(3000, 1000)), 640, 0, 255, 0, 5, 320, 40},
		{"high: its middle", encoded(striped(300, 900)), 300, 255, 0, 0, 20, 150, 40},
		{"small: no larger", encoded(striped(30, 30)), 30, 0, 255, 0, 15, 15, 60},
		{"transparent: white", encoded(image.NewNRGBA(image.Rect(0, 0, 50, 50))), 50, 255, 255, 255, 25, 25, 5},
	} {
		got, err := h.Icon(t.Context(), mantis, tt.src)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		img, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil || img.Bounds().Dx() != tt.side || img.Bounds().Dy() != tt.side {
			t.Errorf("%s: %v, %v, want a square of %d", tt.name, img.Bounds(), err, tt.side)
			continue
		}
		r, g, b, _ := img.At(tt.x, tt.y).RGBA()
		for i, pair := range [][2]int{{int(r >> 8), int(tt.r)}, {int(g >> 8), int(tt.g)}, {int(b >> 8), int(tt.b)}} {
			if d := pair[0] - pair[1]; d > tt.tolerances || -d > tt.tolerances {
				t.Errorf("%s: channel %d is %d, want %d", tt.name, i, pair[0], pair[1])
			}
		}
	}
}

func TestIconRefused(t *testing.T) {
	guarded := open(t, func(o *media.Options) { o.Transport = netguard.Transport(netguard.Options{}) })
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an address inside was asked") }))
	defer inside.Close()
	for _, tt := range []struct {
		src  message.MediaSource
		kind fault.Kind
	}{
		{message.MediaSource{URL: inside.URL + "/a.png"}, fault.Invalid},
		{message.MediaSource{Data: []byte("%PDF-1.4")}, fault.Unsupported},
		{message.MediaSource{Data: hugePNG(50_000)}, fault.TooLarge},
		{message.MediaSource{ID: "jpeg-00112233445566778899"}, fault.NotFound},
	} {
		if _, err := guarded.Icon(t.Context(), mantis, tt.src); !fault.Is(err, tt.kind) {
			t.Errorf("%.40s %s: %v, want %s", tt.src.Data, tt.src.URL, err, tt.kind)
		}
	}
}
