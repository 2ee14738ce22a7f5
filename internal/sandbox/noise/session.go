package noise

import (
	"context"
	"crypto/cipher"
	"fmt"

	"google.golang.org/protobuf/proto"
)

// Session is an encrypted connection after the handshake. One goroutine may
// read while another one writes, not more.
type Session struct {
	in                  *inbox
	read, write         cipher.AEAD
	readCount, writeNum uint32
}

// Read returns the plaintext of the next frame.
func (s *Session) Read(ctx context.Context) ([]byte, error) {
	frame, err := s.in.frame(ctx)
	if err != nil {
		return nil, err
	}
	plaintext, err := s.read.Open(nil, nonce(s.readCount), frame, nil)
	if err != nil {
		return nil, fmt.Errorf("decrypt frame %d: %w", s.readCount, err)
	}
	s.readCount++
	return plaintext, nil
}

// Write sends plaintext as one frame. After an error the session is unusable:
// the counters of the two sides no longer agree.
func (s *Session) Write(ctx context.Context, plaintext []byte) error {
	frame, err := Frame(s.write.Seal(nil, nonce(s.writeNum), plaintext, nil))
	if err != nil {
		return err
	}
	s.writeNum++
	return s.in.wire.WriteMessage(ctx, frame)
}

// inbox reads frames from a wire.
type inbox struct {
	wire  Wire
	split Splitter
}

func (in *inbox) frame(ctx context.Context) ([]byte, error) {
	for {
		if frame, ok := in.split.Next(); ok {
			return frame, nil
		}
		if err := in.fill(ctx); err != nil {
			return nil, err
		}
	}
}

func (in *inbox) take(ctx context.Context, n int) ([]byte, error) {
	for {
		if got, ok := in.split.Take(n); ok {
			return got, nil
		}
		if err := in.fill(ctx); err != nil {
			return nil, err
		}
	}
}

func (in *inbox) message(ctx context.Context, into proto.Message) error {
	frame, err := in.frame(ctx)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(frame, into); err != nil {
		return fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	return nil
}

func (in *inbox) fill(ctx context.Context) error {
	msg, err := in.wire.ReadMessage(ctx)
	if err != nil {
		return err
	}
	in.split.Feed(msg)
	return nil
}
