package sandbox

import (
	"maps"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// entry is a stanza that a device has to acknowledge. It stays in the outbox, in
// its place, until then: after a reconnect everything left goes out again in
// the old order.
type entry struct {
	seq  int64
	key  entryKey
	node waBinary.Node
	sent bool // written to the present connection
}

// entryKey is what an acknowledgement must name. Kind is the type of a receipt
// or notification: a "delivered" ack must not clear a retry receipt with the
// same id. It is empty for messages, whose type says something else.
type entryKey struct {
	class, id, kind   string
	from, participant types.JID
}

func keyOf(node *waBinary.Node) entryKey {
	key := entryKey{
		class: node.Tag, id: attr(node, "id"),
		from: attrJID(node, "from"), participant: attrJID(node, "participant"),
	}
	if node.Tag != "message" {
		key.kind = attr(node, "type")
	}
	return key
}

// deliver puts a stanza into a device's outbox. It leaves after the commit, if
// the device is online, and else when it comes back.
func (ch *change) deliver(d *device, node waBinary.Node) {
	ch.n.lastSeq++
	e := &entry{seq: ch.n.lastSeq, key: keyOf(&node), node: node}
	d.outbox = append(d.outbox, e)
	ch.saveEntry(d, e)
	ch.after(func() {
		if c := d.conn; c != nil && c.active && !e.sent {
			e.sent = true
			c.send(e.node)
		}
	})
}

// deliverLive sends a stanza that is worthless later: only to a device online.
func (ch *change) deliverLive(d *device, node waBinary.Node) {
	if c := d.conn; c != nil && c.active {
		ch.after(func() { c.send(node) })
	}
}

// acknowledge removes the entry that a client has dealt with, even if it was
// written to an earlier connection: the client says that it has it.
func (ch *change) acknowledge(d *device, key entryKey) {
	for i, e := range d.outbox {
		if e.key != key {
			continue
		}
		if i == 0 { // the usual case, without moving the rest
			d.outbox[0], d.outbox = nil, d.outbox[1:]
		} else {
			d.outbox = slices.Delete(d.outbox, i, i+1)
		}
		ch.forgetEntry(e)
		return
	}
}

// backlog is what goes out when a client asks for delivery: a preview, all that
// waits, and the end of it. The entries count as sent.
func backlog(outbox []*entry) []waBinary.Node {
	counts := make(map[string]int)
	var out []waBinary.Node
	for i, e := range outbox {
		counts[e.node.Tag]++
		e.sent = true
		node := e.node
		node.Attrs = maps.Clone(node.Attrs)
		node.Attrs["offline"] = i
		out = append(out, node)
	}
	preview := serverBulletin(element("offline_preview", waBinary.Attrs{
		"count": len(outbox), "message": counts["message"], "receipt": counts["receipt"],
		"notification": counts["notification"], "appdata": 0,
	}, nil))
	done := serverBulletin(element("offline", waBinary.Attrs{"count": len(outbox)}, nil))
	return slices.Concat(children(preview), out, children(done))
}

// handleAck clears what a client acknowledges, or refuses to process.
func (c *conn) handleAck(node *waBinary.Node) {
	key := entryKey{
		class: attr(node, "class"), id: attr(node, "id"),
		from: attrJID(node, "to"), participant: attrJID(node, "participant"),
	}
	if key.class != "message" {
		key.kind = attr(node, "type")
	} else if code := attr(node, "error"); code != "" {
		c.n.log.Warn("client refused a message", "device", c.device.pn(), "id", key.id, "code", code)
	}
	if err := c.n.change(func(ch *change) error {
		ch.acknowledge(c.device, key)
		return nil
	}); err != nil {
		c.cut()
	}
}
