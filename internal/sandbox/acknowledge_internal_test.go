package sandbox

import (
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// Two receipts for one message wait at its sender. The ack of the one that says
// "delivered" must leave the one that asks to encrypt again.
func TestAcknowledgeMatchesKind(t *testing.T) {
	n, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.RegisterPhone("4915112345678", PhoneKeys{}); err != nil {
		t.Fatal(err)
	}
	err = n.change(func(ch *change) error {
		d := n.accounts["4915112345678"].devices[0]
		from := d.lid()
		for _, kind := range []string{"", "retry"} {
			ch.deliver(d, element("receipt", waBinary.Attrs{"id": "M1", "from": from, "type": kind}, nil))
		}
		ch.acknowledge(d, entryKey{class: "receipt", id: "M1", from: from})
		if len(d.outbox) != 1 || d.outbox[0].key.kind != "retry" {
			t.Errorf("left in the outbox: %d entries, want the retry receipt", len(d.outbox))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
