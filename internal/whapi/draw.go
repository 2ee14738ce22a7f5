package whapi

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"strconv"
	"strings"

	"rsc.io/qr"

	"tapgate/internal/fault"
)

// Drawing says how a QR code is drawn. The zero Drawing is black on white, 8 pixels a module.
type Drawing struct {
	// Pixels is how wide and high the picture may be; 0 for no wish.
	Pixels int
	// Light and Dark are the colours of the modules; nil means white and black.
	Light, Dark color.Color
}

// Sizes of a picture: a module is defaultModule pixels wide, or what fits into the wanted width.
const (
	defaultModule = 8
	maxModule     = 32
	quietModules  = 8 // light modules, both sides together
)

// DecodeDrawing reads the query of a request for a QR code. What can't be drawn is a fault of kind
// Unprocessable that names it.
func DecodeDrawing(q url.Values) (d Drawing, err error) {
	var wrong fault.Problems
	for _, name := range []string{"size", "width", "height"} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			wrong.Add("/query/"+name, "must be a number of pixels")
			continue
		}
		if n = max(n, 1); d.Pixels == 0 || n < d.Pixels { // what is too small or too large is drawn as it can be
			d.Pixels = n
		}
	}
	d.Light = colour(&wrong, q, "color_light")
	d.Dark = colour(&wrong, q, "color_dark")
	if list := wrong.List(); len(list) > 0 {
		return Drawing{}, &fault.Error{Kind: fault.Unprocessable, Message: "Render QR failed", Problems: list}
	}
	return d, nil
}

// colour reads #rgb, #rgba, #rrggbb or #rrggbbaa; the # may be left out, as it is hard to write in a
// query. nil means that none is given.
func colour(wrong *fault.Problems, q url.Values, name string) color.Color {
	text := q.Get(name)
	if text == "" {
		return nil
	}
	hex := strings.TrimPrefix(text, "#")
	if len(hex) == 3 || len(hex) == 4 {
		long := make([]byte, 0, 8)
		for i := range len(hex) {
			long = append(long, hex[i], hex[i])
		}
		hex = string(long)
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 8 {
		wrong.Add("/query/"+name, "must be a colour such as #000000")
		return nil
	}
	return color.NRGBA{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

// DrawQR makes a PNG of a text.
func DrawQR(text string, d Drawing) ([]byte, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Unprocessable, Message: "Render QR failed", Cause: err}
	}
	modules := code.Size + quietModules
	scale := defaultModule
	if d.Pixels > 0 {
		scale = min(max(d.Pixels/modules, 1), maxModule)
	}
	light, dark := color.Color(color.White), color.Color(color.Black)
	if d.Light != nil {
		light = d.Light
	}
	if d.Dark != nil {
		dark = d.Dark
	}
	picture := image.NewPaletted(image.Rect(0, 0, modules*scale, modules*scale), color.Palette{light, dark})
	for y := range modules * scale {
		for x := range modules * scale {
			if code.Black(x/scale-quietModules/2, y/scale-quietModules/2) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	return b.Bytes(), nil
}
