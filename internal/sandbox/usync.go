package sandbox

import (
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// usync answers what a client wants to know about people: their devices, their
// LID, whether a number exists.
func (c *conn) usync(q *query) *waBinary.Node {
	asked := q.child.GetChildByTag("query")
	list := q.child.GetChildByTag("list")
	return c.answer(q, func(ch *change) *waBinary.Node {
		var users []waBinary.Node
		for _, user := range list.GetChildren() {
			if user.Tag == "user" {
				users = append(users, ch.describe(c.device, asked.GetChildren(), &user))
			}
		}
		return q.result(element("usync", waBinary.Attrs{
			"sid": q.child.Attrs["sid"], "index": q.child.Attrs["index"], "last": q.child.Attrs["last"],
			"mode": q.child.Attrs["mode"], "context": q.child.Attrs["context"],
		}, children(element("result", nil, nil), element("list", nil, users))))
	})
}

// describe answers the questions about one user.
func (ch *change) describe(asker *device, asked []waBinary.Node, user *waBinary.Node) waBinary.Node {
	jid := attrJID(user, "jid")
	contact := string(contentBytes(user.GetChildByTag("contact")))
	attrs := waBinary.Attrs{"jid": jid}
	if jid.IsEmpty() { // asked by phone number
		number, _, _ := strings.Cut(strings.TrimPrefix(contact, "+"), "@")
		jid = types.NewJID(number, types.DefaultUserServer)
		attrs["jid"] = jid
	}
	a := ch.n.accountOf(jid)
	var content []waBinary.Node
	for _, question := range asked {
		if question.Tag == "contact" {
			content = append(content, contactAnswer(a, contact))
			if a != nil && contact != "" && attr(&question, "addressing_mode") == "lid" {
				attrs["jid"], attrs["pn_jid"] = a.LID, a.PN
			}
		}
		if a == nil {
			continue
		}
		switch question.Tag {
		case "devices":
			content = append(content, deviceListNode(a, jid.Server))
			ch.watch(a, asker)
		case "lid":
			content = append(content, element("lid", waBinary.Attrs{"val": a.LID}, nil))
		case "status":
			content = append(content, element("status", nil, []byte(a.about)))
		}
	}
	return element("user", attrs, content)
}

func contactAnswer(a *account, asked string) waBinary.Node {
	kind := "in"
	if a == nil {
		kind = "out"
	}
	return element("contact", waBinary.Attrs{"type": kind}, []byte(asked))
}

func deviceListNode(a *account, server string) waBinary.Node {
	list := a.deviceList(server)
	var devices []waBinary.Node
	for _, jid := range list {
		attrs := waBinary.Attrs{"id": int(jid.Device)}
		if jid.Device > 0 {
			attrs["key-index"] = int(jid.Device)
		}
		devices = append(devices, element("device", attrs, nil))
	}
	return element("devices", nil, children(
		element("device-list", waBinary.Attrs{"hash": participantHash(list)}, devices)))
}

// watch remembers that a device holds a copy of the account's device list.
func (ch *change) watch(a *account, asker *device) {
	if !a.watchers[asker] {
		a.watchers[asker] = true
		ch.saveWatcher(a, asker)
	}
}
