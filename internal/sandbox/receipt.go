package sandbox

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// handleReceipt clears the message that the receipt is about, passes the receipt
// on to the message's sender and acknowledges it.
func (c *conn) handleReceipt(node *waBinary.Node) {
	kind := attr(node, "type")
	err := c.n.change(func(ch *change) error {
		if isDelivery(kind) {
			ch.acknowledge(c.device, entryKey{
				class: "message", id: attr(node, "id"),
				from: attrJID(node, "to"), participant: attrJID(node, "participant"),
			})
		}
		ch.forwardReceipt(c.device, node)
		ch.after(func() {
			c.send(element("ack", waBinary.Attrs{
				"class": "receipt", "id": node.Attrs["id"], "type": node.Attrs["type"],
				"from": node.Attrs["to"], "participant": node.Attrs["participant"],
			}, nil))
		})
		return nil
	})
	if err != nil {
		c.cut()
	}
}

// isDelivery says whether a receipt also acknowledges the message stanza. Read
// and played receipts do not: an application may send them while the client has
// not stored the message yet.
func isDelivery(kind string) bool {
	switch kind {
	case "", "inactive", "sender", "peer_msg", "hist_sync", "retry", "server-error":
		return true
	default:
		return false
	}
}

// forwardReceipt stores a receipt for all devices of the message's sender, or for
// the exact device that has to encrypt again.
func (ch *change) forwardReceipt(from *device, node *waBinary.Node) {
	kind := attr(node, "type")
	switch kind {
	case "sender", "peer_msg", "hist_sync", "read-self":
		return
	}
	chat := attrJID(node, "to")
	target := chat
	attrs := waBinary.Attrs{
		"id": node.Attrs["id"], "type": node.Attrs["type"], "t": unixNow(),
		"recipient": node.Attrs["recipient"], "category": node.Attrs["category"],
	}
	switch chat.Server {
	case types.DefaultUserServer, types.HiddenUserServer:
		attrs["from"] = from.jid(chat.Server)
		if chat.Server == types.HiddenUserServer {
			attrs["sender_pn"] = from.account.PN
		} else {
			attrs["sender_lid"] = from.account.LID
		}
	case types.GroupServer, types.BroadcastServer:
		target = attrJID(node, "participant")
		attrs["from"] = chat
		attrs["participant"] = from.jid(target.Server)
		if target.Server == types.HiddenUserServer {
			attrs["participant_pn"] = from.account.PN
		} else {
			attrs["participant_lid"] = from.account.LID
		}
	default:
		return
	}
	receipt := element("receipt", attrs, node.Content)
	if kind == "retry" {
		if d := ch.n.deviceOf(target); d != nil {
			ch.deliver(d, receipt)
		}
		return
	}
	a := ch.n.accountOf(target)
	if a == nil {
		return
	}
	for _, j := range a.deviceList(types.DefaultUserServer) {
		if d := a.devices[j.Device]; d != from {
			ch.deliver(d, receipt)
		}
	}
}
