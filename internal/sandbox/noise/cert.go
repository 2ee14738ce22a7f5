// Package noise is the server side of WhatsApp's transport: frames on a
// websocket, the Noise XX handshake (Curve25519, AES-GCM, SHA-256) and the two
// certificates that a client checks in it.
//
// It knows nothing of stanzas or accounts: it hands out the client's static key
// and first payload, and afterwards turns frames into plaintext and back.
package noise

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// Both certificates are valid for a century, so that neither a wrong clock in a
// test nor an old seed makes a client refuse the server.
var (
	notBefore = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2120, time.January, 1, 0, 0, 0, 0, time.UTC)
)

const (
	intermediateSerial = 1
	leafSerial         = 2
	rootSerial         = 0 // what clients demand as issuer of the intermediate
)

// Authority holds the keys a client has to trust: a root, the intermediate that
// the root signed, and the server's static key with its leaf certificate.
type Authority struct {
	root   *keys.KeyPair
	static *keys.KeyPair
	chain  []byte
}

// NewAuthority derives all keys from seed: the same seed gives the same root key
// in every process, so a client that trusted one run trusts the next.
func NewAuthority(seed string) (*Authority, error) {
	root, err := deriveKeyPair(seed, "noise root")
	if err != nil {
		return nil, err
	}
	intermediate, err := deriveKeyPair(seed, "noise intermediate")
	if err != nil {
		return nil, err
	}
	static, err := deriveKeyPair(seed, "noise static")
	if err != nil {
		return nil, err
	}
	chain, err := certChain(root, intermediate, static)
	if err != nil {
		return nil, err
	}
	return &Authority{root: root, static: static, chain: chain}, nil
}

// RootKey is the public key that clients must be told to trust.
func (a *Authority) RootKey() [32]byte { return *a.root.Pub }

func deriveKeyPair(seed, purpose string) (*keys.KeyPair, error) {
	priv, err := hkdf.Key(sha256.New, []byte(seed), nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive %s: %w", purpose, err)
	}
	return keys.NewKeyPairFromPrivateKey(Clamp([32]byte(priv))), nil
}

// Clamp makes any 32 bytes a valid Curve25519 private key.
func Clamp(priv [32]byte) [32]byte {
	priv[0] &= 248
	priv[31] &= 127
	priv[31] |= 64
	return priv
}

func certChain(root, intermediate, leaf *keys.KeyPair) ([]byte, error) {
	inter, err := certificate(root, intermediate.Pub[:], intermediateSerial, rootSerial)
	if err != nil {
		return nil, err
	}
	last, err := certificate(intermediate, leaf.Pub[:], leafSerial, intermediateSerial)
	if err != nil {
		return nil, err
	}
	raw, err := proto.Marshal(&waCert.CertChain{Intermediate: inter, Leaf: last})
	if err != nil {
		return nil, fmt.Errorf("encode certificate chain: %w", err)
	}
	return raw, nil
}

func certificate(issuer *keys.KeyPair, subject []byte, serial, issuerSerial uint32) (*waCert.CertChain_NoiseCertificate, error) {
	details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
		Serial:       proto.Uint32(serial),
		IssuerSerial: proto.Uint32(issuerSerial),
		Key:          subject,
		NotBefore:    proto.Uint64(uint64(notBefore.Unix())),
		NotAfter:     proto.Uint64(uint64(notAfter.Unix())),
	})
	if err != nil {
		return nil, fmt.Errorf("encode certificate details: %w", err)
	}
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*issuer.Priv), details)
	return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature[:]}, nil
}
