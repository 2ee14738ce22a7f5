package sandbox

import (
	"crypto/sha256"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Errors of acks that this network gives of its own accord.
const (
	ackForbidden = 403 // the sender is not in the group
	ackNotFound  = 404 // there is no such group or device
)

// verdict is what the ack of a message says.
type verdict struct {
	t     int64
	code  int    // 0: accepted
	phash string // the right one, if the sender's list of devices is outdated
}

// handleMessage accepts a message: it is stored for every receiver and its id
// remembered in one commit, and only then acknowledged.
func (c *conn) handleMessage(node *waBinary.Node) {
	n, phone := c.n, c.device.account.Phone
	n.taps.received(c.device.pn(), node)
	if n.faults.cutBeforeProcess(phone) {
		c.cut()
		return
	}
	if r, refused := n.refuse(phone, node); refused {
		c.send(ackOf(node, verdict{t: unixNow(), code: r.Code}))
		return
	}
	cut := n.faults.cutBeforeAck(phone)
	err := n.change(func(ch *change) error {
		v := ch.accept(c.device, node)
		if !cut {
			ch.after(func() { c.send(ackOf(node, v)) })
		}
		return nil
	})
	if err != nil || cut {
		c.cut()
	}
}

func ackOf(node *waBinary.Node, v verdict) waBinary.Node {
	attrs := waBinary.Attrs{
		"class": "message", "id": node.Attrs["id"], "from": node.Attrs["to"],
		"participant": node.Attrs["participant"], "t": v.t, "phash": v.phash,
	}
	if v.code != 0 {
		attrs["error"] = v.code
	}
	return element("ack", attrs, nil)
}

// accept routes a message once: a client that was cut off before the ack sends
// the same bytes again.
func (ch *change) accept(from *device, node *waBinary.Node) verdict {
	key := seenKey{device: from.pn(), id: attr(node, "id")}
	if isRetry(node) {
		key.digest = sha256.Sum256(contentBytes(node.GetChildByTag("enc")))
	}
	if v, ok := ch.n.seen.get(key); ok {
		return v
	}
	v := ch.route(from, node)
	if v.code == 0 {
		ch.remember(key, v)
	}
	return v
}

// isRetry recognises the answer to a retry receipt: one ciphertext, for exactly
// one device.
func isRetry(node *waBinary.Node) bool {
	_, fanout := node.GetOptionalChildByTag("participants")
	return !fanout && attr(node, "category") != "peer" &&
		(attr(node, "device_fanout") == "false" || !attrJID(node, "participant").IsEmpty())
}

func (ch *change) route(from *device, node *waBinary.Node) verdict {
	v := verdict{t: unixNow()}
	to := attrJID(node, "to")
	switch {
	case to.Server == types.GroupServer:
		return ch.routeGroup(from, node, v)
	case to == types.StatusBroadcastJID:
		return ch.routeStatus(from, node, v)
	case to.Server != types.DefaultUserServer && to.Server != types.HiddenUserServer:
		v.code = ackNotFound
		return v
	}
	if _, fanout := node.GetOptionalChildByTag("participants"); !fanout {
		// A peer message or a retry. It is acknowledged even if the device is
		// unknown, because the sender waits for nothing else.
		if d := ch.n.deviceOf(to); d != nil {
			ch.deliver(d, ch.direct(from, to, node, node.GetChildren(), v))
		}
		return v
	}
	return ch.routeDirect(from, node, v)
}

// routeDirect fans a message out to the devices that the sender encrypted for:
// the receiver's and the sender's own others.
func (ch *change) routeDirect(from *device, node *waBinary.Node, v verdict) verdict {
	to := attrJID(node, "to")
	hashed := []types.JID{from.jid(to.Server)}
	for _, part := range recipients(node) {
		target := attrJID(&part, "jid")
		hashed = append(hashed, target)
		pn := attrJID(node, "peer_recipient_pn")
		if d := ch.expect(target, pn); d != nil && d != from {
			ch.deliver(d, ch.direct(from, target, node, part.GetChildren(), v))
		}
	}
	all := from.account.deviceList(to.Server)
	if peer := ch.n.accountOf(to); peer != nil && peer != from.account {
		all = append(all, peer.deviceList(to.Server)...)
	}
	if right := participantHash(all); right != participantHash(hashed) {
		v.phash = right
	}
	return v
}

// recipients are the <to> entries of a message.
func recipients(node *waBinary.Node) []waBinary.Node {
	list := node.GetChildByTag("participants")
	return list.GetChildrenByTag("to")
}

// direct is a message as one device gets it. It keeps the addressing that the
// sender used for that device and names the other form of the sender's address:
// without it a client cannot tell that both are one person.
func (ch *change) direct(from *device, target types.JID, node *waBinary.Node, encrypted []waBinary.Node, v verdict) waBinary.Node {
	attrs := envelope(from, node, v)
	attrs["from"] = from.jid(target.Server)
	if target.Server == types.HiddenUserServer {
		attrs["sender_pn"], attrs["addressing_mode"] = from.account.PN, "lid"
	} else {
		attrs["sender_lid"] = from.account.LID
	}
	if target.User == from.account.jid(target.Server).User && attr(node, "category") != "peer" {
		ch.ownCopy(attrs, node)
	}
	return element("message", attrs, content(node, encrypted))
}

// ownCopy names the chat in a copy for another device of the sender. In a retry
// the chat stands in recipient, because to is the device itself.
func (ch *change) ownCopy(attrs waBinary.Attrs, node *waBinary.Node) {
	chat := attrJID(node, "to")
	if recipient := attrJID(node, "recipient"); !recipient.IsEmpty() {
		chat = recipient
	}
	attrs["recipient"] = chat.ToNonAD()
	peer := ch.n.accountOf(chat)
	switch {
	case peer == nil:
	case chat.Server == types.HiddenUserServer:
		attrs["peer_recipient_pn"] = peer.PN
	default:
		attrs["peer_recipient_lid"] = peer.LID
	}
}

// envelope holds the attributes that every delivered message has.
func envelope(from *device, node *waBinary.Node, v verdict) waBinary.Attrs {
	return waBinary.Attrs{
		"id": node.Attrs["id"], "type": node.Attrs["type"], "edit": node.Attrs["edit"],
		"category": node.Attrs["category"], "t": v.t, "notify": from.account.Name,
	}
}

// content puts the ciphertexts for one device first, then the sender's identity
// if one of them opens a session, then what the sender added for everybody.
func content(node *waBinary.Node, encrypted []waBinary.Node) []waBinary.Node {
	var out []waBinary.Node
	opens := false
	for _, enc := range encrypted {
		if enc.Tag == "enc" {
			out = append(out, enc)
			opens = opens || attr(&enc, "type") == "pkmsg"
		}
	}
	for _, child := range node.GetChildren() {
		switch child.Tag {
		case "participants", "enc", "tctoken", "cstoken":
		case "device-identity":
			if opens {
				out = append(out, child)
			}
		default:
			out = append(out, child)
		}
	}
	return slices.Clip(out)
}
