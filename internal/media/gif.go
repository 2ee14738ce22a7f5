package media

import (
	"bufio"
	"io"
)

// gifFrames counts the frames of a GIF without decoding them, up to most. What is broken ends the
// count: the decoder will say so.
func gifFrames(r io.Reader, most int) int {
	b := bufio.NewReader(r)
	head := make([]byte, 13)
	if _, err := io.ReadFull(b, head); err != nil {
		return 0
	}
	if skipTable(b, head[10]) != nil {
		return 0
	}
	for n := 0; ; {
		kind, err := b.ReadByte()
		if err != nil {
			return n
		}
		switch kind {
		case 0x21: // an extension: a label and blocks
			_, err = b.Discard(1)
		case 0x2c: // a frame: a head, perhaps a colour table, the code size, and blocks
			if n++; n >= most {
				return n
			}
			var frame [9]byte
			if _, err = io.ReadFull(b, frame[:]); err == nil {
				if err = skipTable(b, frame[8]); err == nil {
					_, err = b.Discard(1)
				}
			}
		default: // the trailer, or nonsense
			return n
		}
		if err != nil || skipBlocks(b) != nil {
			return n
		}
	}
}

// skipTable skips the colour table that the flags speak of.
func skipTable(b *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := b.Discard(3 << (flags&7 + 1))
	return err
}

func skipBlocks(b *bufio.Reader) error {
	for {
		length, err := b.ReadByte()
		if err != nil || length == 0 {
			return err
		}
		if _, err := b.Discard(int(length)); err != nil {
			return err
		}
	}
}
