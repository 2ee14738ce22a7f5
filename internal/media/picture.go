package media

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"tapgate/internal/fault"
)

// Bounds of a picture. They are checked before anything of it is decoded.
const (
	maxPixels  = 50_000_000
	maxDecoded = 256 << 20 // bytes
	maxFrames  = 1000      // of a GIF
	// maxFilm is the pixels of all frames of a GIF together: an encoder that makes a video of it looks at
	// each of them.
	maxFilm = 4_000_000_000
)

const (
	thumbnailWidth   = 100 // pixels
	thumbnailQuality = 60
	pictureQuality   = 90
)

// codec reads one form of picture.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecOf returns how to read a picture of that type; ok is false when only an encoder can.
func codecOf(mimeType string) (c codec, ok bool) {
	switch mimeType {
	case "image/jpeg":
		return codec{jpeg.DecodeConfig, jpeg.Decode}, true
	case "image/png":
		return codec{png.DecodeConfig, png.Decode}, true
	case "image/gif":
		return codec{gif.DecodeConfig, gif.Decode}, true // which decodes the first frame only
	case "image/webp":
		return codec{webp.DecodeConfig, webp.Decode}, true
	case "image/bmp":
		return codec{bmp.DecodeConfig, bmp.Decode}, true
	case "image/tiff":
		return codec{tiff.DecodeConfig, tiff.Decode}, true
	}
	return codec{}, false
}

// measure reads width and height, and refuses a picture that is too large to be decoded.
func measure(d *draft, f form) (image.Config, error) {
	c, ok := codecOf(f.mimeType)
	if !ok {
		return image.Config{}, nil
	}
	config, err := c.config(d.reader())
	if err != nil {
		return config, broken(f, err)
	}
	// In this order, so that the product can't overflow.
	if config.Width > maxPixels || config.Height > maxPixels || config.Width*config.Height > maxPixels ||
		config.Width*config.Height*depthOf(config.ColorModel) > maxDecoded {
		e := fault.New(fault.TooLarge, "Image too large: %d x %d pixels", config.Width, config.Height)
		e.Next = "the limit is 50 megapixels, half of it with 16 bits a channel; it can be sent as a document"
		return config, e
	}
	if f.mimeType == "image/gif" {
		n := gifFrames(d.reader(), maxFrames+1)
		if n > maxFrames || n*config.Width*config.Height > maxFilm {
			e := fault.New(fault.TooLarge, "GIF too long: the limit is %d frames, and %d million pixels in all of them", maxFrames, maxFilm/1_000_000)
			e.Next = "send it as a video in MP4, or as a document"
			return config, e
		}
	}
	return config, nil
}

// depthOf returns how many bytes a decoded pixel takes.
func depthOf(m color.Model) int {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	}
	return 4
}

func broken(f form, err error) error {
	e := fault.Wrap(fault.Unsupported, err, "Unsupported media type: this %s is broken", f.mimeType)
	e.Next = "it begins like one but can't be read"
	return e
}

// decodePicture decodes a picture, the right way up. Few are decoded at the same time, because each
// takes much memory.
func (s *Service) decodePicture(ctx context.Context, d *draft, f form) (image.Image, error) {
	if _, err := measure(d, f); err != nil {
		return nil, err
	}
	c, ok := codecOf(f.mimeType)
	if !ok {
		return nil, broken(f, nil)
	}
	select {
	case s.decode <- struct{}{}:
		defer func() { <-s.decode }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	img, err := c.decode(d.reader())
	if err != nil {
		return nil, broken(f, err)
	}
	return img, nil
}

// picture describes a picture: its size as shown, and a thumbnail.
func (s *Service) picture(ctx context.Context, d *draft, f form) (width, height int, thumbnail []byte, err error) {
	img, err := s.decodePicture(ctx, d, f)
	if err != nil {
		return 0, 0, nil, err
	}
	turn := upright
	if f.mimeType == "image/jpeg" {
		turn = orientation(d.reader())
	}
	thumbnail, err = encodeThumbnail(img, turn)
	width, height = img.Bounds().Dx(), img.Bounds().Dy()
	if turn.swaps() {
		width, height = height, width
	}
	return width, height, thumbnail, err
}

// encodeThumbnail makes a JPEG at most thumbnailWidth wide, and not higher than three times that.
func encodeThumbnail(img image.Image, turn turning) ([]byte, error) {
	b := img.Bounds()
	scale := 1.0
	wide, high := b.Dx(), b.Dy()
	if turn.swaps() {
		wide, high = high, wide
	}
	scale = min(scale, thumbnailWidth/float64(wide), 3*thumbnailWidth/float64(high))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*scale)), max(1, int(float64(b.Dy())*scale))))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // what is transparent becomes white
	draw.BiLinear.Scale(small, small.Bounds(), img, b, draw.Over, nil)
	var out bytes.Buffer
	err := jpeg.Encode(&out, turn.apply(small), &jpeg.Options{Quality: thumbnailQuality})
	return out.Bytes(), err
}

// jpegOf changes a picture into a JPEG.
func (s *Service) jpegOf(ctx context.Context, d *draft, f form) (*draft, error) {
	img, err := s.decodePicture(ctx, d, f)
	if err != nil {
		return nil, err
	}
	flat := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, flat, &jpeg.Options{Quality: pictureQuality}); err != nil {
		return nil, broken(f, err)
	}
	return s.shelf.write(&out, s.Limits.Image)
}

// preview makes a thumbnail of the JPEG that the caller brought for it.
func (s *Service) preview(ctx context.Context, raw []byte) ([]byte, error) {
	refuse := func(err error) error {
		var p fault.Problems
		p.Add("/preview", "must be a JPEG of at most 50 megapixels")
		e := fault.Of(p.Err())
		e.Cause = err
		return e
	}
	d, err := s.shelf.write(bytes.NewReader(raw), s.Limits.Image)
	if err != nil {
		return nil, refuse(err)
	}
	defer d.discard()
	_, _, thumbnail, err := s.picture(ctx, d, form{mimeType: "image/jpeg"})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, refuse(err)
	}
	return thumbnail, nil
}
