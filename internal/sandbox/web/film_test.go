package web_test

import (
	"bytes"
	"encoding/binary"
)

// The film of the tests: a real MP4 with H.264 pictures, made of the simplest kind of macroblock there is, the one
// that holds its 384 samples as they are (I_PCM). Any browser with the decoder plays it.
const (
	filmWide, filmHigh = 10, 6 // macroblocks of 16 by 16 pixels
	filmFrames         = 12
	filmSeconds        = 3
)

// film returns the MP4 file, 160 by 96 pixels.
func film() []byte {
	var frames [][]byte
	for n := range filmFrames {
		frames = append(frames, sample(frame(n)))
	}
	head := box("ftyp", []byte("isom\x00\x00\x02\x00isomavc1"))
	moov := movie(frames, 0)
	moov = movie(frames, len(head)+len(moov)+8)
	return bytes.Join([][]byte{head, moov, box("mdat", frames...)}, nil)
}

// bits writes numbers bit by bit, the most significant first.
type bits struct {
	out  []byte
	free int // bits left in the last byte
}

func (b *bits) put(n int, value uint) {
	for i := n - 1; i >= 0; i-- {
		if b.free == 0 {
			b.out, b.free = append(b.out, 0), 8
		}
		b.free--
		b.out[len(b.out)-1] |= byte(value>>i&1) << b.free
	}
}

// ue writes numbers as unsigned Exp-Golomb codes.
func (b *bits) ue(values ...uint) {
	for _, v := range values {
		n := 0
		for (v+1)>>(n+1) > 0 {
			n++
		}
		b.put(n, 0)
		b.put(n+1, v+1)
	}
}

func (b *bits) align() { b.free = 0 }

// nal ends a unit, and marks what would look like the start of another one.
func (b *bits) nal(header byte) []byte {
	b.put(1, 1)
	out, zeros := []byte{header}, 0
	for _, c := range b.out {
		if zeros >= 2 && c <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, c)
		if zeros++; c != 0 {
			zeros = 0
		}
	}
	return out
}

func sequenceSet() []byte {
	b := &bits{}
	b.put(24, 66<<16|20)                     // baseline, level 2.0
	b.ue(0, 0, 2, 0)                         // id, frame number of 4 bits, order as decoded, no references
	b.put(1, 0)                              // no gaps
	b.ue(uint(filmWide)-1, uint(filmHigh)-1) // size
	b.put(4, 0b1000)                         // frames only, no cropping, no VUI
	return b.nal(0x67)
}

func pictureSet() []byte {
	b := &bits{}
	b.ue(0, 0)
	b.put(2, 0) // CAVLC
	b.ue(0, 0, 0)
	b.put(3, 0)
	b.ue(0, 0, 0)
	b.put(3, 0)
	return b.nal(0x68)
}

// frame is the n-th picture: a bar that moves over a gradient.
func frame(n int) []byte {
	b := &bits{}
	b.ue(0, 7, 0)     // first macroblock, intra slice, picture set
	b.put(4, 0)       // frame number
	b.ue(uint(n % 2)) // two pictures in a row differ in this
	b.put(2, 0)       // no marking of references
	b.ue(0)           // quantiser as it is
	for mb := range filmWide * filmHigh {
		b.ue(25) // I_PCM
		b.align()
		x, y := mb%filmWide, mb/filmWide
		light := 60 + 12*byte(x) + 8*byte(y)
		if x == n%filmWide {
			light = 230
		}
		b.out = append(b.out, bytes.Repeat([]byte{light}, 256)...)
		b.out = append(b.out, bytes.Repeat([]byte{150}, 64)...)
		b.out = append(b.out, bytes.Repeat([]byte{90}, 64)...)
	}
	return b.nal(0x65)
}

// sample is a unit with its length before it.
func sample(nal []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(nal))), nal...)
}

func box(kind string, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// words are big-endian numbers of 32 bits.
func words(values ...uint32) []byte {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// movie describes the frames; offset is where the first one stands in the file.
func movie(frames [][]byte, offset int) []byte {
	const second = 1000
	const unity, length = 0x10000, filmSeconds * second
	matrix := words(unity, 0, 0, 0, unity, 0, 0, 0, 0x40000000)
	sizes := words(0, 0, filmFrames)
	for _, f := range frames {
		sizes = append(sizes, words(uint32(len(f)))...)
	}
	table := box("stbl",
		box("stsd", words(0, 1), codec()),
		box("stts", words(0, 1, filmFrames, length/filmFrames)),
		box("stsc", words(0, 1, 1, filmFrames, 1)),
		box("stsz", sizes),
		box("stco", words(0, 1, uint32(offset))))
	return box("moov",
		box("mvhd", words(0, 0, 0, second, length, unity, 0x01000000, 0, 0), matrix, words(0, 0, 0, 0, 0, 0, 2)),
		box("trak",
			box("tkhd", words(3, 0, 0, 1, 0, length, 0, 0, 0, 0), matrix, words(filmWide*16<<16, filmHigh*16<<16)),
			box("mdia",
				box("mdhd", words(0, 0, 0, second, length, 0x55c40000)),
				box("hdlr", words(0, 0), []byte("vide"), words(0, 0, 0), []byte{0}),
				box("minf", box("vmhd", words(1, 0, 0)), box("dinf", box("dref", words(0, 1), box("url ", words(1)))), table))))
}

// codec is the description of the pictures with its two parameter sets.
func codec() []byte {
	sps, pps := sequenceSet(), pictureSet()
	config := []byte{1, sps[1], sps[2], sps[3], 0xff, 0xe1, 0, byte(len(sps))}
	config = append(append(append(config, sps...), 1, 0, byte(len(pps))), pps...)
	return box("avc1", words(0, 1, 0, 0, 0, 0, filmWide*16<<16|filmHigh*16, 72<<16, 72<<16, 0, 1<<16),
		make([]byte, 30), []byte{0, 24, 0xff, 0xff}, box("avcC", config))
}
