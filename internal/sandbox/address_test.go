package sandbox_test

import (
	"context"
	"slices"
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

// A device gets a message in the addressing that the sender used for it, with the
// other form of the sender's address beside it.
func TestAddressing(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	owner := phone(t, n, businessNumber, "Shop")
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	device, deviceLID := *business.Store.ID, business.Store.LID
	lid := deviceLID.ToNonAD()

	enc := node("enc", waBinary.Attrs{"v": "2", "type": "msg"})
	enc.Content = []byte("not decryptable")
	to := func(j types.JID) waBinary.Node { return node("to", waBinary.Attrs{"jid": j}, enc) }
	message := func(id string, chat types.JID, kids ...waBinary.Node) waBinary.Node {
		return node("message", waBinary.Attrs{"id": id, "to": chat, "type": "text"}, kids...)
	}
	deliveries := make(chan sandbox.Delivery, 10)
	for _, j := range []types.JID{jid(customerNumber), jid(businessNumber)} {
		n.Tap(j, func(d sandbox.Delivery) { deliveries <- d })
	}
	next := func() sandbox.Delivery {
		t.Helper()
		select {
		case d := <-deliveries:
			return d
		case <-time.After(patience):
			t.Fatal("no delivery")
			return sandbox.Delivery{}
		}
	}
	check := func(name string, d sandbox.Delivery, want waBinary.Attrs) {
		t.Helper()
		for key, value := range want {
			if got := d.Node.Attrs[key]; got != value && (value != nil || got != "") {
				t.Errorf("%s: %s = %v, want %v", name, key, got, value)
			}
		}
		if _, ok := d.Node.GetOptionalChildByTag("participants"); ok {
			t.Errorf("%s: the list of receivers was delivered", name)
		}
	}

	pn, customerLID := jid(customerNumber), customer.Store.LID
	participants := node("participants", nil, to(pn), to(jid(businessNumber)))
	ack := business.exchange(message("PN1", pn, participants, node("device-identity", nil), node("tctoken", nil), node("meta", nil)))
	if hash := ack.AttrGetter().OptionalString("phash"); hash != "" {
		t.Errorf("all devices were addressed, but the ack corrects the list: %s", hash)
	}
	first, own := next(), next()
	if first.To != pn { // one writer per device, so either may come first
		first, own = own, first
	}
	check("PN", first, waBinary.Attrs{"from": device, "sender_lid": lid, "sender_pn": nil, "recipient": nil})
	if kids := first.Node.GetChildren(); len(kids) != 2 || kids[0].Tag != "enc" || kids[1].Tag != "meta" {
		t.Errorf("PN: children %v, want enc and meta", kids)
	}
	check("own copy", own, waBinary.Attrs{"from": device, "recipient": pn, "peer_recipient_lid": customerLID})

	participants = node("participants", nil, to(customerLID))
	ack = business.exchange(message("LID1", customerLID, participants))
	if hash := ack.AttrGetter().OptionalString("phash"); hash == "" {
		t.Error("the own phone was left out, but the ack does not say so")
	}
	check("LID", next(), waBinary.Attrs{"from": deviceLID, "sender_pn": jid(businessNumber), "addressing_mode": "lid"})

	retry := message("LID1", customerLID, enc)
	retry.Attrs["device_fanout"] = false
	business.exchange(retry)
	check("retry", next(), waBinary.Attrs{"from": deviceLID, "id": "LID1"})

	peer := message("PEER1", jid(businessNumber), enc)
	peer.Attrs["category"] = "peer"
	business.exchange(peer)
	check("peer", next(), waBinary.Attrs{"from": device, "category": "peer", "recipient": nil})
	_ = owner

	if got := n.Devices(businessNumber); !slices.Equal(got, []types.JID{jid(businessNumber), device}) {
		t.Errorf("devices %v", got)
	}
}
