package noise_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox/noise"
)

// script is a client that says its lines, listens to nothing and leaves.
type script struct{ lines [][]byte }

func (s *script) ReadMessage(context.Context) ([]byte, error) {
	if len(s.lines) == 0 {
		return nil, io.EOF
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	return line, nil
}

func (s *script) WriteMessage(context.Context, []byte) error { return nil }

// That a good handshake succeeds is shown by every test with a real client.
func TestAcceptRefuses(t *testing.T) {
	frame := func(msg *waWa6.HandshakeMessage) []byte {
		t.Helper()
		raw, err := proto.Marshal(msg)
		if err != nil {
			t.Fatal(err)
		}
		out, err := noise.Frame(raw)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	hello := func(key []byte) []byte {
		return frame(&waWa6.HandshakeMessage{ClientHello: &waWa6.HandshakeMessage_ClientHello{Ephemeral: key}})
	}
	header, key := []byte{'W', 'A', 6, 3}, make([]byte, 32)
	key[0] = 9 // the base point; all zeroes would be refused as a key
	finish := frame(&waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{
		Static: make([]byte, 48), Payload: make([]byte, 16),
	}})
	authority, err := noise.NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		lines [][]byte
		want  error
	}{
		"nothing":             {nil, io.EOF},
		"another protocol":    {[][]byte{[]byte("GET / HTTP/1.1")}, noise.ErrHandshake},
		"other dictionary":    {[][]byte{{'W', 'A', 6, 2}}, noise.ErrHandshake},
		"short key":           {[][]byte{header, hello(key[:31])}, noise.ErrHandshake},
		"zero key":            {[][]byte{header, hello(make([]byte, 32))}, noise.ErrHandshake},
		"no protobuf":         {[][]byte{header, {0, 0, 1, 0xff}}, noise.ErrHandshake},
		"leaves after hello":  {[][]byte{header, hello(key)}, io.EOF},
		"forged finish":       {[][]byte{header, hello(key), finish}, noise.ErrHandshake},
		"empty frame at last": {[][]byte{header, hello(key), {0, 0, 0}}, noise.ErrHandshake},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := noise.Accept(t.Context(), &script{c.lines}, authority); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
