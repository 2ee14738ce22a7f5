package media

import (
	"bufio"
	"encoding/binary"
	"image"
	"io"
)

// turning is how a picture has to be turned to stand upright: EXIF's number, from 1 to 8.
type turning int

// upright needs no turning.
const upright turning = 1

// swaps reports whether width and height change places.
func (t turning) swaps() bool { return t >= 5 }

// apply turns a small picture.
func (t turning) apply(img *image.RGBA) *image.RGBA {
	if t == upright {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	to := image.Rect(0, 0, w, h)
	if t.swaps() {
		to = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(to)
	for y := range to.Dy() {
		for x := range to.Dx() {
			fromX, fromY := t.from(x, y, w, h)
			out.SetRGBA(x, y, img.RGBAAt(fromX, fromY))
		}
	}
	return out
}

// from tells which pixel of the picture, w wide and h high, stands at x, y after turning.
func (t turning) from(x, y, w, h int) (int, int) {
	switch t {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// orientation reads how a JPEG is to be turned from its EXIF segment; upright where it does not say.
func orientation(r io.Reader) turning {
	b := bufio.NewReader(r)
	if _, err := b.Discard(2); err != nil {
		return upright
	}
	for {
		var head [4]byte
		if _, err := io.ReadFull(b, head[:]); err != nil || head[0] != 0xff || head[1] == 0xda {
			return upright // the picture itself begins, or nonsense
		}
		length := int(binary.BigEndian.Uint16(head[2:])) - 2
		if length < 0 {
			return upright
		}
		if head[1] != 0xe1 {
			if _, err := b.Discard(length); err != nil {
				return upright
			}
			continue
		}
		segment := make([]byte, length)
		if _, err := io.ReadFull(b, segment); err != nil {
			return upright
		}
		if len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return readOrientation(segment[6:])
		}
	}
}

// readOrientation finds the tag 0x0112 in the first directory of EXIF's TIFF structure.
func readOrientation(b []byte) turning {
	var order binary.ByteOrder = binary.BigEndian
	if len(b) < 8 {
		return upright
	}
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == 0x0112 {
			if t := turning(order.Uint16(entries[8:])); t >= 1 && t <= 8 {
				return t
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}
