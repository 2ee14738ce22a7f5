package media_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"tapgate/internal/fault"
	"tapgate/internal/media"
	"tapgate/internal/message"
)

// le joins numbers of two or four bytes, texts and bytes, the least byte first.
func le(parts ...any) []byte {
	var out []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, p...)
		case []byte:
			out = append(out, p...)
		case uint8:
			out = append(out, p)
		case uint16:
			out = binary.LittleEndian.AppendUint16(out, p)
		case uint32:
			out = binary.LittleEndian.AppendUint32(out, p)
		}
	}
	return out
}

func riff(chunks []byte) []byte { return le("RIFF", uint32(4+len(chunks)), "WEBP", chunks) }

// lossless is a WebP chunk of one colour and 16384 x 16384 pixels: each of its five codes has one symbol,
// so that the pixels take no bits at all.
func lossless() []byte {
	data := le(uint8(0x2f), uint32(16383|16383<<14), []byte{0x88, 0x08, 0x88, 0x08, 0x88, 0x08, 0, 0})
	return le("VP8L", uint32(len(data)), data, make([]byte, len(data)%2))
}

// bombs are small files that say of themselves to be huge.
func bombs() map[string][]byte {
	tag := func(number, kind uint16, value uint32) []byte { return le(number, kind, uint32(1), value) }
	gifHead := le("GIF89a", uint16(65535), uint16(65535), []byte{0x80, 0, 0}, make([]byte, 6))
	frame := le(uint8(0x2c), uint16(0), uint16(0), uint16(6000), uint16(6000), []byte{0, 2, 1, 0x2c, 0})
	long := le("GIF89a", uint16(6000), uint16(6000), []byte{0x80, 0, 0}, make([]byte, 6))
	for range 900 {
		long = append(long, frame...)
	}
	return map[string][]byte{
		"png":                        hugePNG(50_000),
		"gif":                        le(gifHead, uint8(0x2c), uint16(0), uint16(0), uint16(65535), uint16(65535), []byte{0, 2, 1, 0x2c, 0, 0x3b}),
		"film":                       append(long, 0x3b),
		"bmp":                        le("BM", uint32(58), uint32(0), uint32(54), uint32(40), uint32(60000), uint32(60000), uint16(1), uint16(24), make([]byte, 24), uint32(0)),
		"tiff":                       le("II*\x00", uint32(8), uint16(6), tag(256, 4, 60000), tag(257, 4, 60000), tag(258, 3, 8), tag(262, 3, 1), tag(273, 4, 8), tag(279, 4, 4), uint32(0)),
		"jpeg":                       {0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0xff, 0xdc, 0xff, 0xdc, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xd9},
		"webp":                       riff(lossless()),
		"webp that says to be small": riff(le("VP8X", uint32(10), make([]byte, 10), lossless())),
	}
}

// A file of a few bytes never takes the memory that it says to need, whichever way it comes in.
func TestBombs(t *testing.T) {
	h := open(t, nil)
	for name, file := range bombs() {
		if len(file) > 20_000 {
			t.Fatalf("%s has %d bytes", name, len(file))
		}
		for way, bring := range map[string]func() error{
			"upload": func() error {
				_, err := h.Put(t.Context(), mantis, bytes.NewReader(file), media.PutOptions{})
				return err
			},
			"header of a message": func() error {
				_, err := h.Obtain(t.Context(), mantis, message.Image, message.MediaSource{Data: file})
				return err
			},
			"as it is": func() error {
				_, err := h.Obtain(t.Context(), mantis, message.Image, message.MediaSource{Data: file, NoEncode: true})
				return err
			},
			"profile picture": func() error {
				_, err := h.Icon(t.Context(), mantis, message.MediaSource{Data: file})
				return err
			},
			"from a customer": func() error {
				_, err := h.Keep(t.Context(), mantis, message.Media{As: message.Image}, bytes.NewReader(file))
				return err
			},
			"preview": func() error {
				_, err := h.Obtain(t.Context(), mantis, message.Document, message.MediaSource{Data: []byte("a text"), Preview: file})
				return err
			},
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := bring()
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
				t.Errorf("%s as %s took %d MiB", name, way, took>>20)
			}
			told := fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unsupported) || fault.Is(err, fault.Invalid)
			if kept := way == "from a customer" || way == "as it is"; err != nil && !told || err == nil && !kept {
				t.Errorf("%s as %s: %v", name, way, err)
			}
		}
	}
}
