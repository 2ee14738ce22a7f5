package sandbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
)

// codeRounds is the number of PBKDF2 rounds that stretch a pairing code.
const codeRounds = 2 << 16

// ErrCode says that no client waits for a code of this number, or that the code
// is wrong. A wrong code may be followed by the right one.
var ErrCode = errors.New("sandbox: wrong pairing code")

// codePairing is the state of a client that showed a pairing code.
type codePairing struct {
	phone     string
	ref       []byte
	wrapped   []byte // the companion's ephemeral key: salt 32, IV 16, ciphertext 32
	companion chan *waBinary.Node
}

// linkCode answers both stages of pairing by code on the companion's side.
func (c *conn) linkCode(q *query) *waBinary.Node {
	switch attr(&q.child, "stage") {
	case "companion_hello":
		return c.codeHello(q)
	case "companion_finish":
		c.n.mu.Lock()
		defer c.n.mu.Unlock()
		if c.pair == nil || c.pair.code == nil {
			return q.fail(errItemNotFound)
		}
		select {
		case c.pair.code.companion <- &q.child:
		default: // nobody enters a code any more
		}
		return q.result()
	default:
		return c.unknownQuery(q)
	}
}

func (c *conn) codeHello(q *query) *waBinary.Node {
	wrapped := contentBytes(q.child.GetChildByTag("link_code_pairing_wrapped_companion_ephemeral_pub"))
	phone := attrJID(&q.child, "jid").User
	if len(wrapped) != 80 || phone == "" {
		return q.fail(errBadRequest)
	}
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	if c.pair == nil {
		return q.fail(errBadRequest)
	}
	c.pair.code = &codePairing{
		phone: phone, ref: []byte(newID()), wrapped: wrapped,
		companion: make(chan *waBinary.Node, 1),
	}
	return q.result(element("link_code_companion_reg", nil, children(
		element("link_code_pairing_ref", nil, c.pair.code.ref))))
}

// EnterCode lets the phone of an account enter the eight characters that a
// waiting client shows; '-' and lower case are allowed. It returns like Scan.
func (n *Network) EnterCode(ctx context.Context, phone, code string) (types.JID, error) {
	code = strings.ToUpper(strings.ReplaceAll(code, "-", ""))
	c, p := n.waitingForCode(phone)
	if c == nil {
		return types.EmptyJID, fmt.Errorf("%w: nobody waits for %s", ErrCode, phone)
	}
	companionPub, err := stretch(code, p.wrapped[:32], p.wrapped[32:48], p.wrapped[48:80])
	if err != nil {
		return types.EmptyJID, err
	}
	account, err := n.AddAccount(phone, "")
	if err != nil {
		return types.EmptyJID, err
	}
	primary := n.signingKey(account.Phone)
	ephemeral := keys.NewKeyPair()
	hello, err := primaryHello(code, p.ref, ephemeral, primary)
	if err != nil {
		return types.EmptyJID, err
	}
	select {
	case <-p.companion: // an answer that an earlier call did not wait for
	default:
	}
	c.send(hello)
	var finish *waBinary.Node
	select {
	case finish = <-p.companion:
	case <-c.gone:
		return types.EmptyJID, ErrHungUp
	case <-ctx.Done():
		return types.EmptyJID, ctx.Err()
	}
	secret, err := advSecret(finish, c.login.DevicePairingData.GetEIdent(), companionPub, ephemeral, primary)
	if err != nil {
		return types.EmptyJID, err
	}
	return c.link(ctx, phone, secret)
}

func (n *Network) waitingForCode(phone string) (*conn, *codePairing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		if c.pair != nil && c.pair.code != nil && c.pair.code.phone == phone {
			return c, c.pair.code
		}
	}
	return nil, nil
}

func (n *Network) signingKey(phone string) *keys.KeyPair {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.accounts[phone].key
}

// primaryHello is the notification with the phone's ephemeral key, wrapped under
// the same code with fresh salt and IV.
func primaryHello(code string, ref []byte, ephemeral, primary *keys.KeyPair) (waBinary.Node, error) {
	salted := make([]byte, 48)
	_, _ = rand.Read(salted) // never fails since Go 1.24
	wrapped, err := stretch(code, salted[:32], salted[32:], ephemeral.Pub[:])
	if err != nil {
		return waBinary.Node{}, err
	}
	return element("notification", waBinary.Attrs{
		"from": types.ServerJID, "type": "link_code_companion_reg", "id": newID(), "t": unixNow(),
	}, children(element("link_code_companion_reg", waBinary.Attrs{"stage": "primary_hello"}, children(
		element("link_code_pairing_ref", nil, ref),
		element("link_code_pairing_wrapped_primary_ephemeral_pub", nil, append(salted, wrapped...)),
		element("primary_identity_pub", nil, primary.Pub[:]),
	)))), nil
}

// stretch en- or decrypts a key with AES-256-CTR under the stretched code.
func stretch(code string, salt, iv, data []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha256.New, code, salt, codeRounds, 32)
	if err != nil {
		return nil, fmt.Errorf("stretch pairing code: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare pairing cipher: %w", err)
	}
	out := make([]byte, len(data))
	cipher.NewCTR(block, iv).XORKeyStream(out, data)
	return out, nil
}

// advSecret opens the companion's key bundle and derives the secret that
// otherwise stands in the QR code.
func advSecret(finish *waBinary.Node, identity, companionPub []byte, ephemeral, primary *keys.KeyPair) ([]byte, error) {
	bundle := contentBytes(finish.GetChildByTag("link_code_pairing_wrapped_key_bundle"))
	if len(bundle) < 44 {
		return nil, fmt.Errorf("%w: key bundle of %d bytes", ErrCode, len(bundle))
	}
	shared, err := curve25519.X25519(ephemeral.Priv[:], companionPub)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCode, err)
	}
	key := hkdfutil.SHA256(shared, bundle[:32], []byte("link_code_pairing_key_bundle_encryption_key"), 32)
	plain, err := gcmutil.Decrypt(key, bundle[32:44], bundle[44:], nil)
	if err != nil {
		return nil, ErrCode // the ephemeral keys were unwrapped with different codes
	}
	if len(plain) != 96 || !slices.Equal(plain[:32], identity) || !slices.Equal(plain[32:64], primary.Pub[:]) {
		return nil, fmt.Errorf("%w: key bundle names other identities", ErrCode)
	}
	identityShared, err := curve25519.X25519(primary.Priv[:], identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCode, err)
	}
	input := slices.Concat(shared, identityShared, plain[64:])
	return hkdfutil.SHA256(input, nil, []byte("adv_secret"), 32), nil
}
