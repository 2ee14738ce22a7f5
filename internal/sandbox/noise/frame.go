package noise

import (
	"errors"
	"fmt"
)

const (
	lengthSize = 3
	// MaxFrame is the largest payload a frame can announce, in bytes.
	MaxFrame = 1<<24 - 1
)

// ErrFrameTooLarge says that a payload does not fit into one frame.
var ErrFrameTooLarge = errors.New("noise: frame too large")

// Splitter cuts the bytes a client sends into frames. Several frames may share
// one websocket message, and one frame may be spread over many.
// The zero value is ready; it is not safe for concurrent use.
type Splitter struct {
	buf []byte
}

// Feed adds the content of one websocket message.
func (s *Splitter) Feed(msg []byte) { s.buf = append(s.buf, msg...) }

// Take returns the first n bytes, outside any frame; false if they have not
// arrived yet. Only the connection header is read like this.
func (s *Splitter) Take(n int) ([]byte, bool) {
	if len(s.buf) < n {
		return nil, false
	}
	out := append([]byte(nil), s.buf[:n]...)
	s.drop(n)
	return out, true
}

// Next returns the payload of the next complete frame; false if none is there.
func (s *Splitter) Next() ([]byte, bool) {
	if len(s.buf) < lengthSize {
		return nil, false
	}
	length := int(s.buf[0])<<16 | int(s.buf[1])<<8 | int(s.buf[2])
	if len(s.buf) < lengthSize+length {
		return nil, false
	}
	frame := append([]byte{}, s.buf[lengthSize:lengthSize+length]...)
	s.drop(lengthSize + length)
	return frame, true
}

// drop forgets the first n bytes, and the memory of a large message with them.
func (s *Splitter) drop(n int) {
	s.buf = s.buf[n:]
	if len(s.buf) == 0 {
		s.buf = nil
	}
}

// Frame prefixes payload with its length. The result must go out as exactly one
// websocket message: whatsmeow corrupts a frame that is split over two.
func Frame(payload []byte) ([]byte, error) {
	if len(payload) > MaxFrame {
		return nil, fmt.Errorf("%w: %d bytes", ErrFrameTooLarge, len(payload))
	}
	out := make([]byte, lengthSize, lengthSize+len(payload))
	out[0], out[1], out[2] = byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload))
	return append(out, payload...), nil
}
