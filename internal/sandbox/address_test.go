package sandbox_test

import (
	"context"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/sandbox"
)

// exchange sends a hand-made stanza and returns the server's ack.
func (c *client) exchange(stanza waBinary.Node) *waBinary.Node {
	c.t.Helper()
	id := stanza.Attrs["id"].(string)
	in := c.internals()
	answer := in.WaitResponse(id)
	if err := in.SendNode(context.Background(), stanza); err != nil {
		c.t.Fatal(err)
	}
	select {
	case ack := <-answer:
		return ack
	case <-time.After(patience):
		c.t.Fatalf("no ack for %s", id)
		return nil
	}
}

// mailbox holds what the network delivers to some devices.
type mailbox struct {
	t    *testing.T
	mail chan sandbox.Delivery
}

func openMailbox(t *testing.T, n *sandbox.Network, devices ...types.JID) *mailbox {
	m := &mailbox{t: t, mail: make(chan sandbox.Delivery, 10)}
	for _, j := range devices {
		t.Cleanup(n.Tap(j, func(d sandbox.Delivery) { m.mail <- d }))
	}
	return m
}

func (m *mailbox) next() sandbox.Delivery {
	m.t.Helper()
	select {
	case d := <-m.mail:
		return d
	case <-time.After(patience):
		m.t.Fatal("no delivery")
		return sandbox.Delivery{}
	}
}

// check compares attributes; nil means that there must be none of that name.
func (m *mailbox) check(name string, d sandbox.Delivery, want waBinary.Attrs) {
	m.t.Helper()
	for key, value := range want {
		if got := d.Node.Attrs[key]; got != value {
			m.t.Errorf("%s: %s = %v, want %v", name, key, got, value)
		}
	}
	if _, ok := d.Node.GetOptionalChildByTag("participants"); ok {
		m.t.Errorf("%s: the list of receivers was delivered", name)
	}
}

// A device gets a message in the addressing that the sender used for it, with the
// other form of the sender's address beside it.
func TestAddressing(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	phone(t, n, businessNumber, "Shop")
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	owner, pn, lid := jid(businessNumber), jid(customerNumber), customer.Store.LID
	device, deviceLID := *business.Store.ID, business.Store.LID
	mail := openMailbox(t, n, pn, owner)

	enc := node("enc", waBinary.Attrs{"v": "2", "type": "msg"})
	enc.Content = []byte("not decryptable")
	to := func(j types.JID) waBinary.Node { return node("to", waBinary.Attrs{"jid": j}, enc) }
	send := func(attrs waBinary.Attrs, kids ...waBinary.Node) (phash string) {
		t.Helper()
		attrs["type"] = "text"
		return business.exchange(node("message", attrs, kids...)).AttrGetter().OptionalString("phash")
	}

	hash := send(waBinary.Attrs{"id": "PN1", "to": pn}, node("participants", nil, to(pn), to(owner)),
		node("device-identity", nil), node("tctoken", nil), node("meta", nil))
	if hash != "" {
		t.Errorf("all devices were addressed, but the ack corrects the list: %s", hash)
	}
	first, own := mail.next(), mail.next()
	if first.To != pn { // one writer per device, so either may come first
		first, own = own, first
	}
	mail.check("PN", first, waBinary.Attrs{"from": device, "sender_lid": deviceLID.ToNonAD(), "sender_pn": nil, "recipient": nil})
	if kids := first.Node.GetChildren(); len(kids) != 2 || kids[0].Tag != "enc" || kids[1].Tag != "meta" {
		t.Errorf("PN: children %v, want enc and meta", kids)
	}
	mail.check("own copy", own, waBinary.Attrs{"from": device, "recipient": pn, "peer_recipient_lid": lid})

	if send(waBinary.Attrs{"id": "LID1", "to": lid}, node("participants", nil, to(lid))) == "" {
		t.Error("the own phone was left out, but the ack does not say so")
	}
	mail.check("LID", mail.next(), waBinary.Attrs{"from": deviceLID, "sender_pn": owner, "addressing_mode": "lid"})

	send(waBinary.Attrs{"id": "LID1", "to": lid, "device_fanout": false}, enc)
	mail.check("retry", mail.next(), waBinary.Attrs{"from": deviceLID, "id": "LID1"})

	send(waBinary.Attrs{"id": "PEER1", "to": owner, "category": "peer"}, enc)
	mail.check("peer", mail.next(), waBinary.Attrs{"from": device, "category": "peer", "recipient": nil})
}
