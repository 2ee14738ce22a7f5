package sandbox

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// group is a group chat. Groups are addressed by LID, as new groups on WhatsApp are.
type group struct {
	id       string // user part of the JID
	subject  string
	creator  *account
	created  time.Time
	members  []*account // in the order they were added, the creator first
	settings []waBinary.Node
}

func (g *group) jid() types.JID { return types.NewJID(g.id, types.GroupServer) }

func (g *group) has(a *account) bool { return slices.Contains(g.members, a) }

// devices are all devices of all members.
func (g *group) devices() []*device {
	var out []*device
	for _, a := range g.members {
		for _, j := range a.deviceList(types.HiddenUserServer) {
			out = append(out, a.devices[j.Device])
		}
	}
	return out
}

// createGroup makes a group of the creator and those named, and tells the members.
func (c *conn) createGroup(q *query) *waBinary.Node {
	return c.answer(q, func(ch *change) *waBinary.Node {
		creator := c.device.account
		g := &group{
			id: newGroupID(), subject: attr(&q.child, "subject"),
			creator: creator, created: time.Now(), members: []*account{creator},
		}
		for _, child := range q.child.GetChildren() {
			switch child.Tag {
			case "participant":
				a := ch.n.accountOf(attrJID(&child, "jid"))
				if a == nil {
					a = ch.n.accountOf(attrJID(&child, "phone_number"))
				}
				if a != nil && !g.has(a) {
					g.members = append(g.members, a)
				}
			default:
				g.set(child)
			}
		}
		ch.n.groups[g.id] = g
		ch.saveGroup(g)
		info := g.node()
		for _, d := range g.devices() {
			if d != c.device {
				ch.deliver(d, element("notification", waBinary.Attrs{
					"from": g.jid(), "type": "w:gp2", "id": newID(), "t": unixNow(),
					"participant": creator.LID, "participant_pn": creator.PN, "notify": creator.Name,
				}, children(element("create", waBinary.Attrs{"type": "new", "key": q.child.Attrs["key"]}, children(info)))))
			}
		}
		return q.result(info)
	})
}

// set keeps a setting that clients find again in the description of the group.
func (g *group) set(child waBinary.Node) {
	switch child.Tag {
	case "announcement", "locked":
		g.settings = append(g.settings, element(child.Tag, nil, nil))
	case "member_add_mode":
		g.settings = append(g.settings, element(child.Tag, nil, contentBytes(child)))
	case "ephemeral":
		if timer := attr(&child, "expiration"); timer != "" && timer != "0" {
			g.settings = append(g.settings, element(child.Tag, waBinary.Attrs{"expiration": timer}, nil))
		}
	}
}

// newGroupID makes an id in WhatsApp's form: 18 digits that begin with 120363. It is
// random, so that a restart without data does not give a known group's id again.
func newGroupID() string {
	const first, span = 120363_000_000_000_000, 1_000_000_000_000
	return strconv.FormatUint(first+rand.Uint64N(span), 10)
}

// queryGroup describes a group to one of its members.
func (c *conn) queryGroup(q *query) *waBinary.Node {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	g := c.n.groups[attrJID(&q.node, "to").User]
	switch {
	case g == nil:
		return q.fail(errItemNotFound)
	case !g.has(c.device.account):
		return q.fail(errForbidden)
	default:
		return q.result(g.node())
	}
}

// listGroups describes all groups of an account.
func (c *conn) listGroups(q *query) *waBinary.Node {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	var mine []*group
	for _, g := range c.n.groups {
		if g.has(c.device.account) {
			mine = append(mine, g)
		}
	}
	slices.SortFunc(mine, func(a, b *group) int { return cmp.Compare(a.id, b.id) })
	var nodes []waBinary.Node
	for _, g := range mine {
		nodes = append(nodes, g.node())
	}
	return q.result(element("groups", nil, nodes))
}

// node is the group as clients read it. id and creation are mandatory.
func (g *group) node() waBinary.Node {
	var content []waBinary.Node
	for _, a := range g.members {
		attrs := waBinary.Attrs{"jid": a.LID, "phone_number": a.PN}
		if a == g.creator {
			attrs["type"] = "superadmin"
		}
		content = append(content, element("participant", attrs, nil))
	}
	at := g.created.Unix()
	return element("group", waBinary.Attrs{
		"id": g.id, "subject": g.subject, "creation": at, "s_t": at,
		"s_o": g.creator.LID, "s_o_pn": g.creator.PN,
		"creator": g.creator.LID, "creator_pn": g.creator.PN,
		"addressing_mode": "lid", "size": len(g.members),
	}, append(content, g.settings...))
}

// routeGroup delivers a group message to every member device: the ciphertext for
// all, and before it the key for this device, if the sender encrypted one. An
// answer to a retry receipt goes to one device.
func (ch *change) routeGroup(from *device, node *waBinary.Node, v verdict) verdict {
	g := ch.n.groups[attrJID(node, "to").User]
	switch {
	case g == nil:
		v.code = ackNotFound
		return v
	case !g.has(from.account):
		v.code = ackForbidden
		return v
	}
	if participant := attrJID(node, "participant"); !participant.IsEmpty() {
		if d := ch.n.deviceOf(participant); d != nil && g.has(d.account) {
			ch.deliver(d, fromGroup(from, node, node.GetChildren(), v))
		}
		return v
	}
	encrypted := ch.encryptedFor(node)
	shared := sharedCiphertext(node)
	var all []types.JID
	for _, d := range g.devices() {
		all = append(all, d.lid())
		if d != from {
			ch.deliver(d, fromGroup(from, node, slices.Concat(encrypted[d], shared), v))
		}
	}
	if right := participantHash(all); right != attr(node, "phash") {
		v.phash = right
	}
	return v
}

// routeStatus delivers a status update to the devices the sender encrypted for.
func (ch *change) routeStatus(from *device, node *waBinary.Node, v verdict) verdict {
	if participant := attrJID(node, "participant"); !participant.IsEmpty() {
		if d := ch.n.deviceOf(participant); d != nil {
			ch.deliver(d, fromStatus(from, node, node.GetChildren(), v))
		}
		return v
	}
	shared := sharedCiphertext(node)
	for _, part := range recipients(node) {
		if d := ch.n.deviceOf(attrJID(&part, "jid")); d != nil && d != from {
			ch.deliver(d, fromStatus(from, node, slices.Concat(part.GetChildren(), shared), v))
		}
	}
	return v
}

// encryptedFor maps each device to the ciphertexts that are only for it.
func (ch *change) encryptedFor(node *waBinary.Node) map[*device][]waBinary.Node {
	out := make(map[*device][]waBinary.Node)
	for _, part := range recipients(node) {
		if d := ch.n.deviceOf(attrJID(&part, "jid")); d != nil {
			out[d] = part.GetChildren()
		}
	}
	return out
}

// sharedCiphertext is what all receivers of a group message get.
func sharedCiphertext(node *waBinary.Node) []waBinary.Node { return node.GetChildrenByTag("enc") }

func fromGroup(from *device, node *waBinary.Node, encrypted []waBinary.Node, v verdict) waBinary.Node {
	attrs := envelope(from, node, v)
	attrs["from"], attrs["participant"] = node.Attrs["to"], from.lid()
	attrs["participant_pn"], attrs["addressing_mode"] = from.account.PN, "lid"
	return element("message", attrs, content(node, encrypted))
}

func fromStatus(from *device, node *waBinary.Node, encrypted []waBinary.Node, v verdict) waBinary.Node {
	attrs := envelope(from, node, v)
	attrs["from"], attrs["participant"] = node.Attrs["to"], from.pn()
	attrs["participant_lid"] = from.account.LID
	return element("message", attrs, content(node, encrypted))
}
