package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// refCount is the number of QR texts a client gets: it shows the first for 60 s
// and each other one for 20 s, if there are exactly six, and hangs up after that.
const refCount = 6

// maxDevices is the highest device id WhatsApp gives.
const maxDevices = 99

var (
	// ErrQR says that a QR text is malformed or that nobody waits under it.
	ErrQR = errors.New("sandbox: nobody waits for this QR code")
	// ErrPairingRefused says that the client did not accept the pairing.
	ErrPairingRefused = errors.New("sandbox: client refused the pairing")
	// ErrHungUp says that the client's connection ended while it was being paired.
	ErrHungUp = errors.New("sandbox: client hung up")
	// ErrPasskey says that the account has a passkey, which the client was asked for.
	ErrPasskey = errors.New("sandbox: the account's passkey is asked for")
	// ErrTooManyDevices says that an account has used up its device ids.
	ErrTooManyDevices = errors.New("sandbox: account has no device id left")
)

// Prefixes of what phone and companion sign.
var (
	accountSignaturePrefix = []byte{6, 0}
	deviceSignaturePrefix  = []byte{6, 1}
)

// pairing is the state of a client that waits to be paired.
type pairing struct {
	refs [][]byte
	code *codePairing // nil unless the client asked for a pairing code
}

// offerPairing sends the refs that become QR codes.
func (c *conn) offerPairing() {
	p := &pairing{}
	var refs []waBinary.Node
	for range refCount {
		raw := make([]byte, 48)
		_, _ = rand.Read(raw) // never fails since Go 1.24
		ref := []byte("2@" + base64.StdEncoding.EncodeToString(raw))
		p.refs = append(p.refs, ref)
		refs = append(refs, element("ref", nil, ref))
	}
	c.n.mu.Lock()
	c.pair = p
	c.n.mu.Unlock()
	c.send(element("iq", waBinary.Attrs{
		"from": types.ServerJID, "type": "set", "id": newID(), "xmlns": "md",
	}, children(element("pair-device", nil, refs))))
}

// Scan lets the phone of an account scan the QR text of a waiting client. It
// returns the new device once the client has accepted and the pairing is stored;
// the client then logs in by itself. The account is created if it is new.
func (n *Network) Scan(ctx context.Context, phone, qr string) (types.JID, error) {
	_, fields, found := strings.Cut(qr, "#")
	if !found {
		fields = qr
	}
	parts := strings.Split(fields, ",")
	if len(parts) < 4 {
		return types.EmptyJID, fmt.Errorf("%w: %d fields", ErrQR, len(parts))
	}
	keys := make([][]byte, 3)
	for i := range keys {
		key, err := base64.StdEncoding.DecodeString(parts[i+1])
		if err != nil || len(key) != 32 {
			return types.EmptyJID, fmt.Errorf("%w: field %d is no key", ErrQR, i+2)
		}
		keys[i] = key
	}
	c := n.waiting([]byte(parts[0]))
	if c == nil {
		return types.EmptyJID, ErrQR
	}
	if !slices.Equal(keys[0], c.hello.Static[:]) || !slices.Equal(keys[1], c.login.DevicePairingData.GetEIdent()) {
		return types.EmptyJID, fmt.Errorf("%w: keys are not the waiting client's", ErrQR)
	}
	return c.link(ctx, phone, keys[2])
}

// waiting finds the connection that was given a ref.
func (n *Network) waiting(ref []byte) *conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		if c.pair != nil && slices.ContainsFunc(c.pair.refs, func(r []byte) bool { return slices.Equal(r, ref) }) {
			return c
		}
	}
	return nil
}

// link makes the waiting client a companion of the account: the phone's side of
// pairing, from the secret that QR or code has transported.
func (c *conn) link(ctx context.Context, phone string, advSecret []byte) (types.JID, error) {
	if c.n.faults.asksPasskey(phone) {
		c.send(passkeyRequest())
		return types.EmptyJID, ErrPasskey
	}
	data, err := companionKeys(c.login.DevicePairingData)
	if err != nil {
		return types.EmptyJID, err
	}
	var a *account
	var id uint16
	if err := c.n.change(func(ch *change) (err error) {
		a, id, err = ch.reserveDevice(phone)
		return err
	}); err != nil {
		return types.EmptyJID, err
	}
	device := a.PN
	device.Device = id
	signed, details, err := signCompanion(a, id, data.identity)
	if err != nil {
		return types.EmptyJID, err
	}
	container, err := sealIdentity(signed, advSecret)
	if err != nil {
		return types.EmptyJID, err
	}
	answer, err := c.ask(ctx, pairSuccess(a, id, container))
	if err != nil {
		return types.EmptyJID, fmt.Errorf("pair %s: %w", device, err)
	}
	if attr(answer, "type") != "result" {
		reason := answer.GetChildByTag("error")
		return types.EmptyJID, fmt.Errorf("%w: %s", ErrPairingRefused, attr(&reason, "text"))
	}
	if err := verifyCompanion(answer, a, details, data.identity); err != nil {
		return types.EmptyJID, err
	}
	if err := c.n.change(func(ch *change) error {
		ch.addDevice(a, id, c.hello.Static, data)
		c.pair = nil
		return nil
	}); err != nil {
		return types.EmptyJID, err
	}
	c.endAfter(streamRestart(), pairedLinger)
	return device, nil
}

// reserveDevice takes the next device id of an account; ids are never reused.
func (ch *change) reserveDevice(phone string) (*account, uint16, error) {
	a, err := ch.account(phone)
	if err != nil {
		return nil, 0, err
	}
	if a.nextDevice > maxDevices {
		return nil, 0, fmt.Errorf("%w: %s", ErrTooManyDevices, phone)
	}
	id := a.nextDevice
	a.nextDevice++
	ch.saveAccount(a)
	return a, id, nil
}

// companionKeys reads the keys a client presents when it wants to be paired.
func companionKeys(d *waWa6.ClientPayload_DevicePairingRegistrationData) (bundle, error) {
	if len(d.GetERegid()) != 4 || len(d.GetEIdent()) != 32 || len(d.GetESkeyID()) != 3 ||
		len(d.GetESkeyVal()) != 32 || len(d.GetESkeySig()) != 64 {
		return bundle{}, fmt.Errorf("%w: keys of wrong length", ErrPairingRefused)
	}
	id := d.GetESkeyID()
	return bundle{
		known:        true,
		registration: binary.BigEndian.Uint32(d.GetERegid()),
		identity:     [32]byte(d.GetEIdent()),
		signedID:     uint32(id[0])<<16 | uint32(id[1])<<8 | uint32(id[2]),
		signedPub:    [32]byte(d.GetESkeyVal()),
		signedSig:    [64]byte(d.GetESkeySig()),
	}, nil
}

// signCompanion is the phone's statement that the companion belongs to it.
func signCompanion(a *account, id uint16, identity [32]byte) (signed, details []byte, err error) {
	details, err = proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID:       proto.Uint32(uint32(id)),
		Timestamp:   proto.Uint64(uint64(unixNow())),
		KeyIndex:    proto.Uint32(uint32(id)),
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
		DeviceType:  waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("encode device identity: %w", err)
	}
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*a.key.Priv),
		slices.Concat(accountSignaturePrefix, details, identity[:]))
	signed, err = proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: a.key.Pub[:], AccountSignature: signature[:],
	})
	if err != nil {
		return nil, nil, fmt.Errorf("encode signed device identity: %w", err)
	}
	return signed, details, nil
}

func sealIdentity(signed, advSecret []byte) ([]byte, error) {
	mac := hmac.New(sha256.New, advSecret)
	mac.Write(signed)
	raw, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{
		Details: signed, HMAC: mac.Sum(nil), AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode device identity container: %w", err)
	}
	return raw, nil
}

func pairSuccess(a *account, id uint16, container []byte) waBinary.Node {
	pn, lid := a.PN, a.LID
	pn.Device, lid.Device = id, id
	return element("iq", waBinary.Attrs{
		"from": types.ServerJID, "type": "set", "id": newID(), "xmlns": "md", "t": unixNow(),
	}, children(element("pair-success", nil, children(
		element("device-identity", nil, container),
		element("biz", waBinary.Attrs{"name": a.Name}, nil),
		element("platform", waBinary.Attrs{"name": "android"}, nil),
		element("device", waBinary.Attrs{"jid": pn, "lid": lid}, nil),
	))))
}

// passkeyRequest asks a client for the passkey of the account, as a browser is asked that signs in with one.
// What a client that has it does next is not emulated.
func passkeyRequest() waBinary.Node {
	options := []byte(`{"challenge":"c2FuZGJveA","timeout":60000,"rpId":"whatsapp.com","allowCredentials":[],"userVerification":"required"}`)
	return element("notification", waBinary.Attrs{
		"from": types.ServerJID, "type": "passkey_prologue_request", "id": newID(), "t": unixNow(),
	}, children(element("passkey_request_options", nil, options)))
}

// verifyCompanion checks the signature with which the companion accepts.
func verifyCompanion(answer *waBinary.Node, a *account, details []byte, identity [32]byte) error {
	var signed waAdv.ADVSignedDeviceIdentity
	raw := contentBytes(answer.GetChildByTag("pair-device-sign", "device-identity"))
	if err := proto.Unmarshal(raw, &signed); err != nil {
		return fmt.Errorf("%w: %w", ErrPairingRefused, err)
	}
	if len(signed.GetDeviceSignature()) != 64 || !ecc.VerifySignature(ecc.NewDjbECPublicKey(identity),
		slices.Concat(deviceSignaturePrefix, details, identity[:], a.key.Pub[:]),
		[64]byte(signed.GetDeviceSignature())) {
		return fmt.Errorf("%w: device signature does not verify", ErrPairingRefused)
	}
	return nil
}
