package sandbox

import (
	"maps"
	"slices"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// watch is a subscription to someone's presence, in the addressing it was asked.
type watch struct{ as types.JID }

// handlePresence learns the push name and passes on who is online.
func (c *conn) handlePresence(node *waBinary.Node) {
	err := c.n.change(func(ch *change) error {
		switch attr(node, "type") {
		case "subscribe":
			ch.subscribe(c.device, attrJID(node, "to"))
		case "available", "unavailable":
			if name := attr(node, "name"); name != "" {
				ch.rename(c.device.account, name)
			}
			c.n.setAvailable(c.device, attr(node, "type") == "available")
		}
		return nil
	})
	if err != nil {
		c.cut()
	}
}

func (ch *change) subscribe(d *device, to types.JID) {
	a := ch.n.accountOf(to)
	if a == nil {
		return
	}
	if ch.n.presence[a] == nil {
		ch.n.presence[a] = make(map[*device]watch)
	}
	w := watch{as: to.ToNonAD()}
	ch.n.presence[a][d] = w
	ch.deliverLive(d, presenceOf(a, w))
}

// setAvailable notes a device's presence and tells subscribers if that changes
// the account's. The mutex must be held; presence is never stored.
func (n *Network) setAvailable(d *device, available bool) {
	a := d.account
	before := a.available()
	d.available = available
	if a.available() == before {
		return
	}
	if before {
		a.lastSeen = time.Now()
	}
	for _, subscriber := range slices.Collect(maps.Keys(n.presence[a])) {
		if c := subscriber.conn; c != nil && c.active {
			c.send(presenceOf(a, n.presence[a][subscriber]))
		}
	}
}

func (a *account) available() bool {
	for _, d := range a.devices {
		if d.available {
			return true
		}
	}
	return false
}

func presenceOf(a *account, w watch) waBinary.Node {
	attrs := waBinary.Attrs{"from": w.as}
	if !a.available() {
		attrs["type"] = "unavailable"
		if !a.lastSeen.IsZero() {
			attrs["last"] = a.lastSeen.Unix()
		}
	}
	return element("presence", attrs, nil)
}

// handleChatState passes on that someone is typing or recording.
func (c *conn) handleChatState(node *waBinary.Node) {
	to := attrJID(node, "to")
	_ = c.n.change(func(ch *change) error { // a lost "typing" is nothing to act on
		if to.Server == types.GroupServer {
			if g := c.n.groups[to.User]; g != nil {
				for _, d := range g.devices() {
					if d.account != c.device.account {
						ch.deliverLive(d, element("chatstate", waBinary.Attrs{
							"from": to, "participant": c.device.lid(), "participant_pn": c.device.account.PN,
						}, node.Content))
					}
				}
			}
			return nil
		}
		if a := c.n.accountOf(to); a != nil {
			attrs := waBinary.Attrs{"from": c.device.jid(to.Server)}
			if to.Server == types.HiddenUserServer {
				attrs["sender_pn"] = c.device.account.PN
			} else {
				attrs["sender_lid"] = c.device.account.LID
			}
			for _, d := range a.devices {
				ch.deliverLive(d, element("chatstate", attrs, node.Content))
			}
		}
		return nil
	})
}

// handleCall passes on a call's signalling to the devices that are online.
func (c *conn) handleCall(node *waBinary.Node) {
	to := attrJID(node, "to")
	_ = c.n.change(func(ch *change) error { // a call that nobody hears is a missed call
		ch.after(func() {
			c.send(element("ack", waBinary.Attrs{
				"class": "call", "id": node.Attrs["id"], "from": to, "type": firstChild(node),
			}, nil))
		})
		if a := c.n.accountOf(to); a != nil {
			for _, d := range a.devices {
				ch.deliverLive(d, element("call", waBinary.Attrs{
					"from": c.device.jid(to.Server), "id": node.Attrs["id"], "t": unixNow(),
					"platform": "android", "version": "2.26.1",
				}, node.Content))
			}
		}
		return nil
	})
}
