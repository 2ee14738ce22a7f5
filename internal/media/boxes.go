package media

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// facts is what a file tells of itself.
type facts struct {
	width, height, seconds int
	// video and audio say that there is such a track.
	video, audio bool
	// plays is true when WhatsApp's apps play the tracks: H.264 in 8 bits 4:2:0, and AAC or MP3.
	plays bool
	// streams is true when playing can begin before all of the file is there.
	streams bool
}

// Bounds of a file of boxes, so that a hostile one can't keep us busy.
const (
	maxBoxes  = 10_000
	maxIndex  = 16 << 20 // bytes of the index (moov), which is read into memory
	maxTracks = 32
)

var errBoxes = errors.New("the boxes of the file are broken")

// readBoxes reads the facts of an MP4 file or one of its relatives.
func readBoxes(r io.ReaderAt, size int64) (facts, error) {
	var f facts
	var data, fragments, index bool
	var at int64
	for n := 0; at+8 <= size; n++ {
		kind, head, length, err := boxHead(r, at, size)
		if err != nil || n > maxBoxes {
			return f, errBoxes
		}
		switch kind {
		case "moov":
			if length-head > maxIndex {
				return f, errBoxes
			}
			body := make([]byte, length-head)
			if _, err := r.ReadAt(body, at+head); err != nil {
				return f, errBoxes
			}
			f = readIndex(body)
			f.streams, index = !data, true
		case "mdat":
			data = true
		case "moof":
			fragments = true
		}
		at += length
	}
	if !index {
		return f, errBoxes
	}
	f.streams = f.streams && !fragments
	return f, nil
}

// boxHead reads kind and length of the box at a place, and how long its head is.
func boxHead(r io.ReaderAt, at, size int64) (kind string, head, length int64, err error) {
	var b [16]byte
	n, err := r.ReadAt(b[:min(16, size-at)], at)
	if n < 8 {
		return "", 0, 0, errors.Join(errBoxes, err)
	}
	head, length = 8, int64(binary.BigEndian.Uint32(b[:4]))
	switch {
	case length == 0: // up to the end
		length = size - at
	case length == 1 && n == 16:
		wide := binary.BigEndian.Uint64(b[8:])
		if wide > math.MaxInt64 {
			return "", 0, 0, errBoxes
		}
		head, length = 16, int64(wide)
	}
	if length < head || length > size-at {
		return "", 0, 0, errBoxes
	}
	return string(b[4:8]), head, length, nil
}

// eachBox calls do with the boxes in b, as far as they are whole.
func eachBox(b []byte, do func(kind string, body []byte)) {
	for len(b) >= 8 {
		length := int(binary.BigEndian.Uint32(b))
		if length == 0 {
			length = len(b)
		}
		if length < 8 || length > len(b) {
			return
		}
		do(string(b[4:8]), b[8:length])
		b = b[length:]
	}
}

// readIndex reads the body of the box moov.
func readIndex(b []byte) facts {
	f := facts{plays: true}
	tracks := 0
	eachBox(b, func(kind string, body []byte) {
		switch {
		case kind == "mvhd":
			f.seconds = readDuration(body)
		case kind == "trak" && tracks < maxTracks:
			tracks++
			f.add(readTrack(body))
		}
	})
	f.plays = f.plays && f.video
	return f
}

// readDuration reads the length in whole seconds, rounded up, from a movie's head.
func readDuration(b []byte) int {
	var scale, duration uint64
	switch {
	case len(b) >= 32 && b[0] == 1:
		scale, duration = uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	case len(b) >= 20 && b[0] == 0:
		scale, duration = uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
	}
	if scale == 0 || duration > math.MaxInt32*scale {
		return 0
	}
	return int((duration + scale - 1) / scale)
}

// track is what one track tells.
type track struct {
	handler       string // "vide", "soun", or another
	width, height int
	plays         bool
}

func (f *facts) add(t track) {
	switch t.handler {
	case "vide":
		f.video, f.plays = true, f.plays && t.plays
		if f.width == 0 {
			f.width, f.height = t.width, t.height
		}
	case "soun":
		f.audio, f.plays = true, f.plays && t.plays
	}
}

func readTrack(b []byte) track {
	var t track
	eachBox(b, func(kind string, body []byte) {
		switch kind {
		case "tkhd":
			t.width, t.height = readSize(body)
		case "mdia":
			eachBox(body, func(kind string, body []byte) {
				switch {
				case kind == "hdlr" && len(body) >= 12:
					t.handler = string(body[8:12])
				case kind == "minf":
					t.plays = readSamples(body)
				}
			})
		}
	})
	return t
}

// readSize reads width and height as shown from a track's head. Phones film sideways and say so.
func readSize(b []byte) (width, height int) {
	matrix := 40
	if len(b) > 0 && b[0] == 1 {
		matrix = 52
	}
	if len(b) < matrix+44 {
		return 0, 0
	}
	width = int(binary.BigEndian.Uint32(b[matrix+36:]) >> 16)
	height = int(binary.BigEndian.Uint32(b[matrix+40:]) >> 16)
	if binary.BigEndian.Uint32(b[matrix:]) == 0 && binary.BigEndian.Uint32(b[matrix+4:]) != 0 {
		return height, width
	}
	return width, height
}

// readSamples reports whether the samples of a track are in a form that the apps play.
func readSamples(b []byte) (plays bool) {
	eachBox(b, func(kind string, body []byte) {
		if kind != "stbl" {
			return
		}
		eachBox(body, func(kind string, body []byte) {
			if kind != "stsd" || len(body) < 8 {
				return
			}
			eachBox(body[8:], func(kind string, body []byte) { plays = playable(kind, body) })
		})
	})
	return plays
}

// visualEntry is how long the fixed part of a video's sample entry is, in bytes.
const visualEntry = 78

func playable(codec string, entry []byte) (plays bool) {
	switch codec {
	case "mp4a", ".mp3":
		return true
	case "avc1", "avc3":
		if len(entry) < visualEntry {
			return false
		}
		eachBox(entry[visualEntry:], func(kind string, body []byte) {
			// Baseline, main, extended and high are 4:2:0 in 8 bits; the higher ones need not be.
			if kind == "avcC" && len(body) >= 2 {
				plays = body[1] == 66 || body[1] == 77 || body[1] == 88 || body[1] == 100
			}
		})
	}
	return plays
}
