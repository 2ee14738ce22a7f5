package media

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// iconSize is the side of a profile picture as WhatsApp's apps upload it, in pixels.
const iconSize = 640

// Icon makes a profile picture: the middle of the picture that src names, a square JPEG of at most 640
// pixels. The errors are those of Obtain.
func (s *Service) Icon(ctx context.Context, ch id.Channel, src message.MediaSource) ([]byte, error) {
	src.NoEncode, src.OrDocument = false, false
	m, err := s.Obtain(ctx, ch, message.Image, src)
	if err != nil {
		return nil, err
	}
	file, err := s.shelf.open(m.SHA256)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d := &draft{file: file, size: m.Size, digest: m.SHA256}
	f := form{mimeType: m.MimeType}
	img, err := s.decodePicture(ctx, d, f)
	if err != nil {
		return nil, err
	}
	turn := upright
	if f.mimeType == "image/jpeg" {
		turn = orientation(d.reader())
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, turn.apply(square(img)), &jpeg.Options{Quality: pictureQuality})
	return out.Bytes(), err
}

// square returns the middle of a picture, on white, no larger than an icon.
func square(img image.Image) *image.RGBA {
	b := img.Bounds()
	side := min(b.Dx(), b.Dy())
	x, y := b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2
	size := min(side, iconSize)
	out := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), img, image.Rect(x, y, x+side, y+side), draw.Over, nil)
	return out
}
