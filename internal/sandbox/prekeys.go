package sandbox

import (
	"encoding/binary"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// refillAt is the number of one-time keys left at which a device is asked for more.
const refillAt = 4

// djbKeyType marks Curve25519 keys on the wire.
const djbKeyType = 5

// bundle is what others need to open a Signal session with a device, without the
// one-time key.
type bundle struct {
	known        bool // false until the device has told its keys
	registration uint32
	identity     [32]byte
	signedID     uint32
	signedPub    [32]byte
	signedSig    [64]byte
	uploaded     bool // one-time keys arrived at least once
}

type oneTimeKey struct {
	id  uint32
	pub [32]byte
}

// preKeyCount answers how many one-time keys are left.
//
// A device that never uploaded is told 1: on 0 whatsmeow uploads 812 keys, one
// INSERT each, and pairing takes 72 ms instead of 11.
func (c *conn) preKeyCount(q *query) *waBinary.Node {
	c.n.mu.Lock()
	count := len(c.device.onetime)
	if !c.device.bundle.uploaded {
		count = 1
	}
	c.n.mu.Unlock()
	return q.result(element("count", waBinary.Attrs{"value": count}, nil))
}

// uploadPreKeys stores a device's keys.
func (c *conn) uploadPreKeys(q *query) *waBinary.Node {
	node := &q.node
	b := bundle{known: true, uploaded: true}
	identity := contentBytes(node.GetChildByTag("identity"))
	registration := contentBytes(node.GetChildByTag("registration"))
	signed := node.GetChildByTag("skey")
	signature := contentBytes(signed.GetChildByTag("signature"))
	signedKey, ok := parseKey(signed)
	if !ok || len(identity) != 32 || len(registration) != 4 || len(signature) != 64 {
		return q.fail(errBadRequest)
	}
	b.identity, b.signedSig = [32]byte(identity), [64]byte(signature)
	b.registration = binary.BigEndian.Uint32(registration)
	b.signedID, b.signedPub = signedKey.id, signedKey.pub
	var fresh []oneTimeKey
	list := node.GetChildByTag("list")
	for _, child := range list.GetChildren() {
		key, ok := parseKey(child)
		if !ok {
			return q.fail(errBadRequest)
		}
		fresh = append(fresh, key)
	}
	return c.answer(q, func(ch *change) *waBinary.Node {
		c.device.bundle = b
		ch.saveDevice(c.device)
		ch.addOneTimeKeys(c.device, fresh)
		return q.result()
	})
}

// addOneTimeKeys appends the keys that are not there yet.
func (ch *change) addOneTimeKeys(d *device, fresh []oneTimeKey) {
	have := make(map[uint32]bool, len(d.onetime))
	for _, key := range d.onetime {
		have[key.id] = true
	}
	for _, key := range fresh {
		if !have[key.id] {
			d.onetime = append(d.onetime, key)
			ch.saveOneTimeKey(d, key)
		}
	}
}

func (ch *change) dropOneTimeKeys(d *device) {
	for _, key := range d.onetime {
		ch.forgetOneTimeKey(d, key.id)
	}
	d.onetime = nil
}

// fetchPreKeys hands out key bundles; each request uses up a one-time key.
func (c *conn) fetchPreKeys(q *query) *waBinary.Node {
	return c.answer(q, func(ch *change) *waBinary.Node {
		var users []waBinary.Node
		for _, user := range q.child.GetChildren() {
			users = append(users, ch.handOut(attrJID(&user, "jid")))
		}
		return q.result(element("list", nil, users))
	})
}

func (ch *change) handOut(j types.JID) waBinary.Node {
	d := ch.n.deviceOf(j)
	if d == nil || !d.bundle.known {
		return element("user", waBinary.Attrs{"jid": j}, children(
			element("error", waBinary.Attrs{"code": 404, "text": "item-not-found"}, nil)))
	}
	b := &d.bundle
	registration := binary.BigEndian.AppendUint32(nil, b.registration)
	signed := keyNode("skey", oneTimeKey{b.signedID, b.signedPub})
	signed.Content = append(signed.GetChildren(), element("signature", nil, b.signedSig[:]))
	content := children(
		element("registration", nil, registration),
		element("type", nil, []byte{djbKeyType}),
		element("identity", nil, b.identity[:]),
		signed,
	)
	if len(d.onetime) > 0 {
		key := d.onetime[0]
		d.onetime = d.onetime[1:]
		ch.forgetOneTimeKey(d, key.id)
		content = append(content, keyNode("key", key))
		if len(d.onetime) == refillAt {
			ch.askRefill(d)
		}
	}
	return element("user", waBinary.Attrs{"jid": j, "t": unixNow()}, content)
}

// askRefill tells an online device to upload keys. One that is offline finds out
// by itself when it asks for the count at login.
func (ch *change) askRefill(d *device) {
	c := d.conn
	if c == nil || !c.active {
		return
	}
	note := element("notification", waBinary.Attrs{
		"from": types.ServerJID, "type": "encrypt", "id": newID(), "t": unixNow(),
	}, children(element("count", waBinary.Attrs{"value": len(d.onetime)}, nil)))
	ch.after(func() { c.send(note) })
}

func keyNode(tag string, key oneTimeKey) waBinary.Node {
	id := binary.BigEndian.AppendUint32(nil, key.id)
	return element(tag, nil, children(
		element("id", nil, id[1:]),
		element("value", nil, key.pub[:]),
	))
}

func parseKey(node waBinary.Node) (oneTimeKey, bool) {
	id := contentBytes(node.GetChildByTag("id"))
	pub := contentBytes(node.GetChildByTag("value"))
	if len(id) != 3 || len(pub) != 32 {
		return oneTimeKey{}, false
	}
	return oneTimeKey{uint32(id[0])<<16 | uint32(id[1])<<8 | uint32(id[2]), [32]byte(pub)}, true
}
