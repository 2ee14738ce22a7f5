package noise

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/binary/token"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// The name of the protocol is exactly 32 bytes, so it is the first hash itself.
const protocolName = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"

// header is what a client sends once, before its first frame: magic, protocol
// version, version of the token dictionary of binary stanzas.
var header = []byte{'W', 'A', 6, token.DictVersion}

// ErrHandshake is wrapped by every refusal of a client's handshake.
var ErrHandshake = errors.New("noise: handshake failed")

// Wire carries websocket messages.
type Wire interface {
	// ReadMessage returns the content of the next message.
	ReadMessage(context.Context) ([]byte, error)
	// WriteMessage sends data as one message.
	WriteMessage(ctx context.Context, data []byte) error
}

// Hello is what a client says in its handshake.
type Hello struct {
	Static  [32]byte // the device's Noise key: its identity towards the server
	Payload []byte   // waWa6.ClientPayload
}

// Accept answers one client's handshake. The session continues on the same wire.
func Accept(ctx context.Context, wire Wire, authority *Authority) (*Session, Hello, error) {
	in := &inbox{wire: wire}
	hs := newHandshake()
	if err := hs.readHeader(ctx, in); err != nil {
		return nil, Hello{}, err
	}
	if err := hs.answerHello(ctx, in, authority); err != nil {
		return nil, Hello{}, err
	}
	hello, err := hs.readFinish(ctx, in)
	if err != nil {
		return nil, Hello{}, err
	}
	session, err := hs.session(in)
	return session, hello, err
}

// handshake is the symmetric state of Noise plus the server's ephemeral key.
type handshake struct {
	hash, salt []byte
	key        cipher.AEAD
	counter    uint32
	ephemeral  *keys.KeyPair
}

func newHandshake() *handshake {
	name := []byte(protocolName)
	key, err := gcmutil.Prepare(name)
	if err != nil {
		panic(err) // 32 bytes are always a valid AES key
	}
	return &handshake{hash: name, salt: name, key: key}
}

func (h *handshake) readHeader(ctx context.Context, in *inbox) error {
	got, err := in.take(ctx, len(header))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, header) {
		return fmt.Errorf("%w: unknown connection header %x", ErrHandshake, got)
	}
	h.mixHash(header)
	return nil
}

func (h *handshake) answerHello(ctx context.Context, in *inbox, authority *Authority) error {
	var msg waWa6.HandshakeMessage
	if err := in.message(ctx, &msg); err != nil {
		return err
	}
	client := msg.GetClientHello().GetEphemeral()
	if len(client) != 32 {
		return fmt.Errorf("%w: client ephemeral key of %d bytes", ErrHandshake, len(client))
	}
	h.mixHash(client)
	h.ephemeral = keys.NewKeyPair()
	h.mixHash(h.ephemeral.Pub[:])
	if err := h.mixShared(h.ephemeral, client); err != nil {
		return err
	}
	static := h.encrypt(authority.static.Pub[:])
	if err := h.mixShared(authority.static, client); err != nil {
		return err
	}
	raw, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: h.ephemeral.Pub[:],
		Static:    static,
		Payload:   h.encrypt(authority.chain),
	}})
	if err != nil {
		return fmt.Errorf("encode server hello: %w", err)
	}
	frame, err := Frame(raw)
	if err != nil {
		return err
	}
	return in.wire.WriteMessage(ctx, frame)
}

func (h *handshake) readFinish(ctx context.Context, in *inbox) (Hello, error) {
	var msg waWa6.HandshakeMessage
	if err := in.message(ctx, &msg); err != nil {
		return Hello{}, err
	}
	static, err := h.decrypt(msg.GetClientFinish().GetStatic())
	if err != nil {
		return Hello{}, err
	}
	if len(static) != 32 {
		return Hello{}, fmt.Errorf("%w: client static key of %d bytes", ErrHandshake, len(static))
	}
	if err := h.mixShared(h.ephemeral, static); err != nil {
		return Hello{}, err
	}
	payload, err := h.decrypt(msg.GetClientFinish().GetPayload())
	if err != nil {
		return Hello{}, err
	}
	return Hello{Static: [32]byte(static), Payload: payload}, nil
}

// session derives the transport keys: the first reads, the second writes.
func (h *handshake) session(in *inbox) (*Session, error) {
	read, write, err := expand(nil, h.salt)
	if err != nil {
		return nil, err
	}
	readKey, err := gcmutil.Prepare(read)
	if err != nil {
		return nil, fmt.Errorf("prepare read key: %w", err)
	}
	writeKey, err := gcmutil.Prepare(write)
	if err != nil {
		return nil, fmt.Errorf("prepare write key: %w", err)
	}
	return &Session{in: in, read: readKey, write: writeKey}, nil
}

func (h *handshake) mixHash(data []byte) {
	sum := sha256.New()
	sum.Write(h.hash)
	sum.Write(data)
	h.hash = sum.Sum(nil)
}

func (h *handshake) mixShared(own *keys.KeyPair, peer []byte) error {
	secret, err := curve25519.X25519(own.Priv[:], peer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	salt, key, err := expand(secret, h.salt)
	if err != nil {
		return err
	}
	h.salt, h.counter = salt, 0
	h.key, err = gcmutil.Prepare(key)
	if err != nil {
		return fmt.Errorf("prepare handshake key: %w", err)
	}
	return nil
}

func (h *handshake) encrypt(plaintext []byte) []byte {
	sealed := h.key.Seal(nil, nonce(h.counter), plaintext, h.hash)
	h.counter++
	h.mixHash(sealed)
	return sealed
}

func (h *handshake) decrypt(sealed []byte) ([]byte, error) {
	plaintext, err := h.key.Open(nil, nonce(h.counter), sealed, h.hash)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	h.counter++
	h.mixHash(sealed)
	return plaintext, nil
}

func expand(secret, salt []byte) (first, second []byte, err error) {
	out, err := hkdf.Key(sha256.New, secret, salt, "", 64)
	if err != nil {
		return nil, nil, fmt.Errorf("derive noise keys: %w", err)
	}
	return out[:32], out[32:], nil
}

// nonce is eight zero bytes and the message's number, big-endian.
func nonce(counter uint32) []byte {
	iv := make([]byte, 12)
	binary.BigEndian.PutUint32(iv[8:], counter)
	return iv
}
